/**
 * `lookup` and `usage`: reads. They answer what a command would see after what is due, and change nothing.
 */
import { accountAnswer, answered, GRANTED, NOT_GRANTED } from "./answer.ts"
import type { AccountRef, Lookup } from "./command.ts"
import type { Settings } from "./constants.ts"
import type { Decided } from "./decided.ts"
import type { AccountAnswer } from "./outcome.ts"
import type { AccountRows } from "./rows.ts"
import { isOutside } from "./windows.ts"
import { settle } from "./work.ts"
import type { Work } from "./work.ts"

export const lookup = (command: Lookup, works: ReadonlyArray<Work>): Decided => {
  const isUnknown = works.every((work) => work.state === "none" || work.state === "marked")
  return {
    answer: isUnknown ? answered("Unknown", command, works, NOT_GRANTED) : answered("Found", command, works, GRANTED),
    changes: [],
    works
  }
}

/** The numbers of accounts; undefined where the clock lies outside the calendar windows of one of them. */
export const usage = (
  accounts: ReadonlyArray<AccountRef>,
  rows: ReadonlyArray<AccountRows>,
  nowMs: number,
  settings: Settings
): ReadonlyArray<AccountAnswer> | undefined => {
  if (accounts.some((account) => isOutside(account.window, nowMs))) return undefined
  return accounts.map((account, index) => accountAnswer(settle(account, index, rows[index]!, nowMs, settings)))
}

/** The period that an account is in once what is due has happened; undefined if there is none (no row, or a forgotten one). */
export const presentPeriod = (
  account: AccountRef,
  rows: AccountRows,
  nowMs: number,
  settings: Settings
): number | undefined => settle(account, 0, rows, nowMs, settings).rows.account?.period
