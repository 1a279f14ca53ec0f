/**
 * The ranks of refusal, in their order: windowPassed (growth only), unknown, closed, unit, overflow, limit. The first rank that any account fails decides,
 * and all accounts that fail it are named.
 */
import { compareAccounts, windowName } from "./account.ts"
import { MAX_AMOUNT } from "./constants.ts"
import { firstDeadline } from "./due.ts"
import type { Refusal, RefusalReason } from "./outcome.ts"
import { spendableOf } from "./status.ts"
import { resetsInMs } from "./windows.ts"
import { accountOf, liveHolds } from "./work.ts"
import type { Work } from "./work.ts"

export interface Refused {
  readonly reason: RefusalReason
  readonly refusals: ReadonlyArray<Refusal>
  readonly retryInMs: number | null
}

/** What one leg wants to add to `used + reserved`. */
export interface Asked {
  readonly work: Work
  readonly amount: number
  /** What the same would be as a new request: of growth the new total. It decides when trying again can help. */
  readonly whole: number
}

/** The first rank that one of them fails; undefined if all pass. */
export const refuse = (asked: ReadonlyArray<Asked>, ranks: ReadonlyArray<RefusalReason>): Refused | undefined => {
  // Nearly always all pass, so that nothing is collected before one has failed.
  for (const reason of ranks)
    for (const one of asked)
      if (fails(reason, one))
        return refusedBy(
          reason,
          asked.filter((other) => fails(reason, other))
        )
  return undefined
}

/** One answer that names these accounts, in byte order of their ids. */
export const refusedBy = (reason: RefusalReason, failing: ReadonlyArray<Asked>): Refused => {
  const refusals = failing
    .toSorted((left, right) => compareAccounts(left.work.leg, right.work.leg))
    .map((one) => refusal(reason, one))
  return { reason, refusals, retryInMs: latest(refusals.map((one) => one.retryInMs)) }
}

export const RESERVE_RANKS: ReadonlyArray<RefusalReason> = ["unknown", "closed", "unit", "overflow", "limit"]
export const CHARGE_RANKS: ReadonlyArray<RefusalReason> = ["unknown", "closed", "unit"]
export const UNRESERVED_RANKS: ReadonlyArray<RefusalReason> = ["unknown", "unit"]

const fails = (reason: RefusalReason, { work, amount }: Asked): boolean => {
  const account = accountOf(work)
  switch (reason) {
    case "windowPassed":
      return work.rows.entry !== undefined && work.rows.entry.period !== account.period
    case "unknown":
      return work.limit.limit === "none"
    case "closed":
      return !account.open
    case "unit":
      return account.unit !== null && work.leg.unit !== undefined && account.unit !== work.leg.unit
    case "overflow":
      // A limited account would pass its limit first, since limits are at most MAX_AMOUNT.
      return work.limit.limit === null && isOverflow(work, amount)
    case "limit": {
      const { limit } = work.limit
      const { used, reserved } = account
      return limit !== null && limit !== "none" && amount > limit - used - reserved
    }
  }
}

/** Whether `used + reserved + amount` would pass 2^53 - 1. Subtracts, since the sum might not be exact. */
export const isOverflow = (work: Work, amount: number): boolean => {
  const { used, reserved } = accountOf(work)
  return amount > MAX_AMOUNT - used - reserved
}

const refusal = (reason: RefusalReason, { work, amount, whole }: Asked): Refusal => {
  const account = accountOf(work)
  const limit = work.limit.limit === "none" ? null : work.limit.limit
  return {
    account: work.leg.account,
    window: windowName(work.leg.window),
    unit: account.unit ?? work.leg.unit ?? null,
    asked: amount,
    left: work.limit.limit === "none" ? 0 : spendableOf(limit, account.used, account.reserved),
    limit,
    retryInMs: reason === "limit" && limit !== null ? retryInMs(work, limit, whole) : null
  }
}

/** When trying again can help: never, at the end of the window, or at the first deadline if that comes before. */
const retryInMs = (work: Work, limit: number, whole: number): number | null => {
  const { used, period } = accountOf(work)
  if (whole > limit) return null
  const windowEndMs = resetsInMs(work.rows.account, work.leg.window, work.nowMs, work.timeMs, liveHolds(work))
  if (whole > limit - used) return windowEndMs
  const deadlineMs = firstDeadline(work.rows, period, work.timeMs)
  if (deadlineMs === undefined) return windowEndMs
  const leftMs = deadlineMs - work.timeMs
  return windowEndMs === null ? leftMs : Math.min(leftMs, windowEndMs)
}

/** The latest counts; never wins. */
const latest = (times: ReadonlyArray<number | null>): number | null => {
  let latestMs = 0
  for (const timeMs of times) {
    if (timeMs === null) return null
    latestMs = Math.max(latestMs, timeMs)
  }
  return latestMs
}
