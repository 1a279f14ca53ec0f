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
  type Repair,
  type RepairOptions,
  type StoreOperator,
  windowOfKey
} from "@tallystick/core/store"

import type { RedisDriver } from "./driver.ts"
import { storeErrorOf } from "./errors.ts"
import { redisDriver } from "./ioredis-driver.ts"
import { keysOfAccounts, readPrefix, tagOf } from "./keys.ts"
import { runScript } from "./run-script.ts"
import { repairScript, scanScript, unitScript } from "./script.ts"
import type { Script } from "./script.ts"

export interface RedisOperatorOptions {
  readonly url: string
  /** That of the store. Default `tallystick:`. */
  readonly prefix?: string | undefined
  /** What the store's `partition` says of the accounts that are asked for. Default: there is none. */
  readonly partition?: string | undefined
}

const STEP_TIMEOUT_MS = 10_000

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
  const keys = await scan(context, id)
  const accounts: Array<KeptAccount> = []
  for (const text of [...new Set(keys.map((key) => key.slice(context.tag.length + 2)))].toSorted()) {
    const [account, windowKey] = text.split("\n")
    const window: WindowName = windowKey === undefined ? { kind: "none" } : windowOfKey(windowKey)
    const [row] = await run(context, unitScript, [keysOfAccounts(context.tag, [text])[0]!], [])
    accounts.push({ account: account!, window, unit: unitOf(row) })
  }
  return accounts
}

/** It stands in the row, in quotes, and after it numbers only; empty: there is none. */
const unitOf = (row: unknown): string | null => {
  const [, unit] = /,("(?:[^"\\]|\\.)*")[^"]*\]$/.exec(String(row)) ?? []
  return unit === undefined || unit === '""' ? null : (JSON.parse(unit) as string)
}

const repairAccount = async (
  context: Context,
  identified: { readonly account: string; readonly window: WindowName },
  options: RepairOptions
): Promise<Repair> => {
  const { apply, used } = options
  const given = used === undefined ? "-" : String(readInteger(used, "used", 0, MAX_AMOUNT))
  readText(identified.account, "account")
  const [account, index] = keysOfAccounts(context.tag, [accountKey(identified)])
  const reply = await run(context, repairScript, [account!, index!], [apply ? "1" : "0", given, String(MAX_AMOUNT)])
  return repairOf(reply.map(String), used !== undefined)
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

/** The keys of the tag that know of a request. */
const scan = async (context: Context, id: string): Promise<ReadonlyArray<string>> => {
  const keys = new Set<string>()
  const pattern = `${literal(context.tag)}[a01]:*`
  let cursor = "0"
  do {
    const [account] = keysOfAccounts(context.tag, [""])
    const [next, found] = await run(context, scanScript, [account!], [cursor, pattern, context.tag, id])
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
