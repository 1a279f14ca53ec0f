/**
 * What an ending debits and what it does to its account: `finalize` and `release` differ only in what they debit.
 */
import type { Overage } from "./command.ts"
import { leaveDue } from "./extend.ts"
import { isOverflow } from "./refuse.ts"
import type { EntryRow } from "./rows.ts"
import { spendableOf } from "./status.ts"
import { accountOf, change } from "./work.ts"
import type { Work } from "./work.ts"

export interface Ending {
  readonly debited: number
  readonly unbilled: number
  readonly usedDelta: number
  readonly reservedDelta: number
}

/** A live or expired leg's ending with what the call used; `cap` limits it to what the leg has of its own and what its account has left. */
export const endingOf = (work: Work, actual: number, overage: Overage): Ending => {
  const entry = work.rows.entry!
  const isLate = work.state === "expired"
  const asked = entry.settle === "actual" ? actual : entry.settle === "held" ? entry.held : 0
  const own = isLate ? entry.expiryCost : entry.held
  const debited = overage === "cap" && entry.settle === "actual" ? capped(work, asked, own) : asked
  return {
    debited,
    unbilled: asked - debited,
    usedDelta: usedDeltaOf(work, entry, debited, isLate),
    reservedDelta: isLate || entry.period !== accountOf(work).period ? 0 : 0 - entry.held
  }
}

/** `min(actual, own + spendable)`, without the sum, which might not be exact. An unknown account has nothing left. */
export const capped = (work: Work, actual: number, own: number): number => {
  const { limit } = work.limit
  const { used, reserved } = accountOf(work)
  const spendable = limit === "none" ? 0 : spendableOf(limit, used, reserved)
  return spendable === null || actual - own <= spendable ? actual : own + spendable
}

const usedDeltaOf = (work: Work, entry: EntryRow, debited: number, isLate: boolean): number => {
  const account = accountOf(work)
  // An earlier period's sums are gone. Only what is above the hold falls to the present window: else a turn that straddles midnight is free above it.
  if (entry.period !== account.period) return Math.max(0, debited - entry.held)
  if (!isLate) return debited
  // What the expiry charged is corrected in one difference: to 0 at most, and only upwards if a reset has forgiven that charge.
  const difference = debited - entry.expiryCost
  const isForgiven = account.resetMs !== null && entry.deadlineMs <= account.resetMs
  return Math.max(difference, isForgiven ? 0 : 0 - account.used)
}

/** Whether the ending would pass 2^53 - 1. */
export const endingOverflows = (work: Work, ending: Ending): boolean =>
  ending.usedDelta + ending.reservedDelta > 0 && isOverflow(work, ending.usedDelta + ending.reservedDelta)

/** Ends the leg. */
export const end = (
  work: Work,
  ending: Ending,
  how: {
    readonly cause: "finalized" | "released"
    readonly id: string
    readonly actual: number | null
    readonly overage: Overage
  }
): void => {
  const entry = work.rows.entry!
  const isLate = work.state === "expired"
  change(work, {
    cause: how.cause,
    id: how.id,
    usedDelta: ending.usedDelta,
    reservedDelta: ending.reservedDelta,
    due: isLate ? [] : [leaveDue(entry)],
    entry: {
      command: entry.command,
      state: how.cause,
      accounts: entry.accounts,
      digest: entry.digest,
      settle: entry.settle,
      amount: entry.amount,
      held: entry.held,
      measured: entry.measured,
      whenUnknown: entry.whenUnknown,
      deadlineMs: entry.deadlineMs,
      expiryCost: entry.expiryCost,
      period: entry.period,
      createdMs: entry.createdMs,
      changedMs: work.timeMs,
      debited: ending.debited,
      actual: how.actual,
      overage: how.overage,
      unbilled: ending.unbilled,
      late: isLate
    }
  })
}

/** A mark: a reserve that arrives after it, late or from a client that is dead, holds nothing. It sets no unit and makes no account known. */
export const mark = (work: Work, command: "finalize" | "release", id: string): void =>
  change(work, { cause: "marked", id, entry: endedWithoutHold(work, command, "marked") })

/** The entry of an ending that found no hold. */
export const endedWithoutHold = (
  work: Work,
  command: "finalize" | "release",
  state: "marked" | "finalized"
): EntryRow => ({
  command,
  state,
  accounts: "",
  digest: "",
  settle: "none",
  amount: 0,
  held: 0,
  measured: null,
  whenUnknown: null,
  deadlineMs: work.timeMs,
  expiryCost: 0,
  period: accountOf(work).period,
  createdMs: work.timeMs,
  changedMs: work.timeMs,
  debited: 0,
  actual: null,
  overage: "debit",
  unbilled: 0,
  late: false
})
