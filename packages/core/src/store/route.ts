/**
 * Accounts of one quota in different stores.
 */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"

import { readInteger, readObject, readText } from "../machine/check.ts"
import type { Command } from "../machine/command.ts"
import { DEFAULT_SETTLED_RETENTION_MS } from "../machine/constants.ts"
import { InvalidInput } from "../machine/invalid-input.ts"
import { readAccounts } from "../machine/read-account.ts"
import { readCommands } from "../machine/read-command.ts"
import { checked } from "./checked.ts"
import type { CallError } from "./errors.ts"
import type { AccountId, Capabilities, QuotaStore, SweepReport } from "./port.ts"
import { merge, split, together } from "./route-parts.ts"
import { readRoutes, type RouteOptions, type RouteTable, type Target } from "./route-table.ts"

/**
 * A store that sends each account to one of several: anonymous users to Redis, registered ones to Postgres. The first
 * route that matches an account's id has it.
 *
 * - A command lives in one store. One whose accounts lie in two is refused as `InvalidInput` that names the field and
 *   both accounts, and then nothing of the call is sent.
 * - Commands of one call for several stores are sent to all of them at once. Their order, and their one time, hold
 *   within a store. Read accounts are likewise as of one time within a store only.
 * - A call that went to several stores and failed is `NotApplied` if all of them say so, else `OutcomeUnknown` that says
 *   which failed: the same call again, with the same ids, is safe.
 * - `close` closes every store, once also if it is named twice.
 *
 * @throws InvalidInput naming the option, its range and the value
 *
 * @example
 * const store = route({
 *   routes: [{ accounts: "anon*", store: redisStore({ url }) }],
 *   otherwise: postgresStore({ pool })
 * })
 * const quota = createQuota({ store })
 */
export const route = (options: RouteOptions): QuotaStore => {
  const table = readRoutes(options)
  const { targetOf, targets } = table
  return {
    capabilities: weakest(targets.map(({ store }) => store.capabilities)),
    execute: (commands) =>
      checked(
        () => partsOf(table, readCommands(commands)),
        (parts) =>
          Effect.map(
            together(parts.map(({ items, target }) => ({ target, call: () => target.store.execute(items) }))),
            (outcomes) => merge(parts, outcomes)
          )
      ),
    usage: (accounts) =>
      checked(
        () => split(readAccounts(accounts), ({ account }) => targetOf(account)),
        (parts) =>
          // Reads change nothing: the first that fails is the call's failure, and the others need not end.
          Effect.map(
            Effect.forEach(parts, ({ items, target }) => Effect.suspend(() => target.store.usage(items)), {
              concurrency: "unbounded"
            }),
            (answers) => merge(parts, answers)
          )
      ),
    holds: (account, page) =>
      checked(
        () => readAccountId(account),
        (read) => targetOf(read.account).store.holds(read, page)
      ),
    sweep: (limit) =>
      checked(
        () => readInteger(limit, "limit", 1, 1_000_000),
        (limit) => sweepAll(targets, limit)
      ),
    close: closeAll(targets)
  }
}

/** Refuses by name what spans two stores. */
const partsOf = ({ targetOf }: RouteTable, commands: ReadonlyArray<Command>) =>
  split(commands, (command, index) => {
    const [first, ...others] = command.legs.map(({ account }) => ({ account, target: targetOf(account) }))
    for (const [at, { account, target }] of others.entries()) {
      if (target === first!.target) continue
      // As `readCommands` names fields: the command's place only where there are several.
      const field = `${commands.length === 1 ? "" : `commands[${index}].`}legs[${at + 1}].account`
      const range = `in the store of ${JSON.stringify(first!.account)} (route: ${first!.target.name})`
      throw new InvalidInput(field, `${range}, not in another (route: ${target.name})`, account)
    }
    return first!.target
  })

const readAccountId = (value: AccountId): AccountId => {
  const { account, window } = readObject(value, "account")
  // The window is the store's to check: it decides nothing here.
  return { account: readText(account, "account"), window: window as AccountId["window"] }
}

const strengths: ReadonlyArray<Capabilities["atomicOver"]> = ["process", "partition", "database"]

/**
 * What holds for every account, wherever it is routed: the weakest of each. `atomicOver` speaks of accounts in one store,
 * since no command spans two. A mix of clocks is the caller's: then the callers' must agree. One that is a transaction of the
 * caller's makes the whole one: nothing is sent behind the caller's back.
 */
const weakest = (all: ReadonlyArray<Capabilities>): Capabilities => ({
  atomicOver: strengths.find((strength) => all.some(({ atomicOver }) => atomicOver === strength))!,
  durable: all.every(({ durable }) => durable),
  clock: all.every(({ clock }) => clock === "store") ? "store" : "caller",
  ledger: all.every(({ ledger }) => ledger),
  ...(all.some(({ withinTransaction }) => withinTransaction) && { withinTransaction: true }),
  ...shortest(all.map(({ settledRetentionMs }) => settledRetentionMs))
})

const shortest = (retentions: ReadonlyArray<number | undefined>): Pick<Capabilities, "settledRetentionMs"> =>
  retentions.every((retentionMs) => retentionMs === undefined)
    ? {}
    : { settledRetentionMs: Math.min(...retentions.map((retentionMs) => retentionMs ?? DEFAULT_SETTLED_RETENTION_MS)) }

/**
 * One store after another, each with an equal part of what is left of the limit, so that one with much to sweep does not
 * starve the next. One that fails keeps no other from being swept.
 */
const sweepAll = (targets: ReadonlyArray<Target>, limit: number): Effect.Effect<SweepReport, CallError> => {
  let left = limit
  const calls = targets.map((target, index) => ({
    target,
    call: () => {
      const share = Math.ceil(left / (targets.length - index))
      // No turn for it this time: there may be more.
      if (share === 0) return Effect.succeed({ entries: 0, accounts: 0, more: true })
      left -= share
      return Effect.map(target.store.sweep(share), (report) => {
        left += Math.max(0, share - report.entries - report.accounts)
        return report
      })
    }
  }))
  return Effect.map(together(calls, 1), (reports) => ({
    entries: reports.reduce((sum, { entries }) => sum + entries, 0),
    accounts: reports.reduce((sum, { accounts }) => sum + accounts, 0),
    more: reports.some(({ more }) => more)
  }))
}

/** All of them, also if one dies; then its death is told. */
const closeAll = (targets: ReadonlyArray<Target>): Effect.Effect<void> =>
  Effect.flatMap(
    Effect.forEach(targets, ({ store }) => Effect.exit(store.close), { concurrency: "unbounded" }),
    Exit.asVoidAll
  )
