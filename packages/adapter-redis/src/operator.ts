/**
 * What an operator asks of a Redis store beside the port. It walks through the whole server a thousand keys at a time, so that nobody waits for it; of a
 * Cluster it reaches one master.
 */
import { withDeadline } from "@tallystick/core/deadline"
import { accountKey, InvalidInput, MAX_AMOUNT, readInteger, readText } from "@tallystick/core/machine"
import type { WindowName } from "@tallystick/core/machine"
import {
  CorruptError,
  type KeptAccount,
  NotAppliedError,
  type Repair,
  type RepairOptions,
  type StoreOperator,
  windowOfKey
} from "@tallystick/core/store"

import type { RedisDriver } from "./driver.ts"
import { storeErrorOf } from "./errors.ts"
import { redisDriver } from "./ioredis-driver.ts"
import { accountHash, entryText, holdsIndex, readPrefix, tagOf } from "./keys.ts"
import { runScript } from "./run-script.ts"
import { indexScript, repairScript, scanScript, unitScript } from "./script.ts"
import type { Script } from "./script.ts"

export interface RedisOperatorOptions {
  readonly url: string
  /** That of the store. Default `tallystick:`. */
  readonly prefix?: string | undefined
  /** What the store's `partition` says of the accounts that are asked for. Default: there is none. */
  readonly partition?: string | undefined
}

const STEP_TIMEOUT_MS = 10_000

/** How often a repair begins anew because of a hold that came in between. */
const MAX_TRIES = 10

/**
 * @throws InvalidInput if an option is wrong
 *
 * @example
 * const operator = redisOperator({ url: "redis://localhost:6379" })
 * await operator.repair("user:ada", { kind: "none" }, { apply: false })
 */
export const redisOperator = (options: RedisOperatorOptions): StoreOperator => {
  const prefix = readPrefix(options.prefix ?? "tallystick:")
  const tag = tagOf(prefix, options.partition === undefined ? "" : readText(options.partition, "partition"))
  const driver = redisDriver({ url: readText(options.url, "url", 2_048) })
  const context: Context = { driver, tag }
  return {
    accountsOf: (id) => accountsOf(context, readText(id, "requestId")),
    ledger: async () => null,
    repair: (account, window, repair) => repairAccount(context, { account, window }, repair),
    close: driver.close
  }
}

interface Context {
  readonly driver: RedisDriver
  readonly tag: string
}

const accountsOf = async (context: Context, id: string): Promise<ReadonlyArray<KeptAccount>> => {
  const keys = await scan(context, `${literal(`${context.tag}e:`)}*${literal(`\r${id}`)}`)
  const accounts: Array<KeptAccount> = []
  for (const key of keys.toSorted()) {
    const [text, ...rest] = key.slice(`${context.tag}e:`.length).split("\r")
    if (rest.join("\r") !== id) continue
    const [account, windowKey] = text!.split("\n")
    const window: WindowName = windowKey === undefined ? { kind: "none" } : windowOfKey(windowKey)
    const hash = { account: account!, window: windowOf(window) }
    const [unit] = await run(context, unitScript, [accountHash(context.tag, hash)], [])
    accounts.push({ account: account!, window, unit: typeof unit === "string" ? unit : null })
  }
  return accounts
}

const repairAccount = async (
  context: Context,
  identified: { readonly account: string; readonly window: WindowName },
  options: RepairOptions
): Promise<Repair> => {
  const { apply, used } = options
  const given = used === undefined ? "-" : String(readInteger(used, "used", 0, MAX_AMOUNT))
  readText(identified.account, "account")
  const hash = { account: identified.account, window: windowOf(identified.window) }
  const before = `${context.tag}e:${accountKey(hash)}\r`
  for (let tries = 0; tries < MAX_TRIES; tries++) {
    const scanned = (await scan(context, `${literal(before)}*`)).map((key) => key.slice(before.length))
    const indexed = await run(context, indexScript, [holdsIndex(context.tag, hash)], [])
    const ids = [...new Set([...scanned, ...indexed.map(String)])]
    const keys = [accountHash(context.tag, hash), holdsIndex(context.tag, hash)]
    const entries = ids.map((id) => entryText(context.tag, hash, id))
    const args = [apply ? "1" : "0", given, String(MAX_AMOUNT), ...ids]
    const reply = (await run(context, repairScript, [...keys, ...entries], args)).map(String)
    if (reply[0] !== "again") return repairOf(reply, used !== undefined)
  }
  throw new NotAppliedError("holds came in between, time and again: close the account first")
}

const repairOf = (reply: ReadonlyArray<string>, isGiven: boolean): Repair => {
  const [found, used, reserved, usedAfter, reservedAfter, holds, dueDiffers, unreadable, applied] = reply
  if (found === undefined) throw new CorruptError("the script's reply is shorter than it should be")
  const after = { used: amountOf(usedAfter), reserved: amountOf(reservedAfter) }
  const obstacle = (): string | null => {
    if (found !== "1") return "there is no such account"
    if (unreadable !== "") return `its field ${unreadable} is no number: only a backup knows it`
    if (after.used === null) return "what it has used is no amount, and Redis keeps no ledger: say it"
    return after.used + after.reserved! > MAX_AMOUNT ? "its sums would pass 2^53 - 1: say what it has used" : null
  }
  return {
    found: found === "1",
    before: { used: amountOf(used), reserved: amountOf(reserved) },
    after,
    holds: Number(holds ?? 0),
    dueDiffers: dueDiffers === "1",
    usedFrom: isGiven ? "operator" : "account",
    obstacle: obstacle(),
    applied: applied === "1"
  }
}

const amountOf = (text: string | undefined): number | null => {
  const amount = /^\d+$/.test(text ?? "") ? Number(text) : NaN
  return Number.isSafeInteger(amount) ? amount : null
}

/** A key needs its name alone. */
const windowOf = (window: WindowName): NonNullable<Parameters<typeof accountHash>[1]["window"]> =>
  window.kind === "calendar" ? { ...window, starts: [0, 0, 0, 0] } : window

const scan = async (context: Context, pattern: string): Promise<ReadonlyArray<string>> => {
  const keys = new Set<string>()
  let cursor = "0"
  do {
    const [next, found] = await run(context, scanScript, [`${context.tag}a:`], [cursor, pattern])
    cursor = String(next)
    for (const key of found as ReadonlyArray<unknown>) keys.add(String(key))
  } while (cursor !== "0")
  return [...keys]
}

/** What Redis reads as a pattern stands for itself. */
const literal = (text: string): string => text.replaceAll(/[\\*?[\]^-]/g, "\\$&")

const run = async (
  { driver }: Context,
  script: Script,
  keys: ReadonlyArray<string>,
  args: ReadonlyArray<string>
): Promise<ReadonlyArray<unknown>> => {
  try {
    return (await withDeadline(STEP_TIMEOUT_MS, new AbortController().signal, ({ signal }) =>
      runScript(driver, script, keys, args, signal)
    )) as ReadonlyArray<unknown>
  } catch (error) {
    if (error instanceof InvalidInput) throw error
    throw storeErrorOf(error)
  }
}
