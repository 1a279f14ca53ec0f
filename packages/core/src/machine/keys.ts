/**
 * What a store fetches and locks for a command, in one fixed order, before the machine decides.
 */
import { accountKey, compareAccounts } from "./account.ts"
import type { Command } from "./command.ts"
import type { AccountRow, EntryRow } from "./rows.ts"
import { accountTime, deadlineOf } from "./time.ts"

export interface Keys {
  /** The accounts' keys, leg by leg. */
  readonly accounts: ReadonlyArray<string>
  /** Key of the entry under each account; null: none is needed. */
  readonly request: string | null
  /** Key of the adjustment under the account; null: none is needed. */
  readonly adjustment: string | null
}

export const keysOf = (command: Command): Keys => {
  const isAdjust = command.kind === "adjust"
  return {
    accounts: command.legs.map(accountKey),
    request: isAdjust ? null : command.id,
    adjustment: isAdjust ? command.id : null
  }
}

/** The order in which a store locks the accounts of a command, as numbers of legs: the same for every command, so that no two wait for each other. */
export const lockOrderOf = (command: Command): ReadonlyArray<number> =>
  command.legs
    .map((_, index) => index)
    .toSorted((left, right) => compareAccounts(command.legs[left]!, command.legs[right]!))

/** Which due rows of an account a command needs. */
export interface DueNeeded {
  /** All whose tick is at most this: they are due. */
  readonly throughMs: number
  /** And the first later one of this period, and the first later one of any. */
  readonly period: number
  /** And those at these ticks, since the command may alter them. */
  readonly ticks: ReadonlyArray<number>
}

export const dueNeeded = (
  account: AccountRow | undefined,
  entry: EntryRow | undefined,
  ttlMs: number | undefined,
  nowMs: number
): DueNeeded => {
  const timeMs = accountTime(account, nowMs)
  const ticks: Array<number> = []
  if (entry !== undefined && entry.state === "held") ticks.push(entry.deadlineMs)
  if (ttlMs !== undefined) ticks.push(deadlineOf(timeMs, ttlMs))
  return { throughMs: timeMs, period: account === undefined ? 0 : account.period, ticks }
}
