/**
 * `extend`: keeps a hold alive, grows it, and records what the call has used so far. A join: deadline, totals and measures only rise, so that any order
 * and repetition end the same.
 */
import { answered, NOT_GRANTED } from "./answer.ts"
import type { Extend, ExtendLeg } from "./command.ts"
import { hasOtherAccounts } from "./conflict.ts"
import { dearest, expiryCost } from "./cost.ts"
import { decided } from "./decided.ts"
import type { Decided } from "./decided.ts"
import { accountsDigest } from "./digest.ts"
import { refuse, refusedBy, RESERVE_RANKS } from "./refuse.ts"
import type { Refused } from "./refuse.ts"
import type { DueDelta, EntryRow } from "./rows.ts"
import { deadlineOf } from "./time.ts"
import { accountOf, change } from "./work.ts"
import type { Work } from "./work.ts"

export const extend = (command: Extend, works: ReadonlyArray<Work<ExtendLeg>>): Decided => {
  if (works.every((work) => work.state === "none"))
    return decided(works, answered("Unknown", command, works, NOT_GRANTED))
  const conflict = (reason: "ended" | "legs"): Decided =>
    decided(works, { ...answered("Conflict", command, works, NOT_GRANTED), reason })
  if (works.some((work) => work.state === "charged")) return conflict("ended")
  if (works.some((work) => work.state !== "held")) return decided(works, answered("Ended", command, works, NOT_GRANTED))
  if (hasOtherAccounts(works, accountsDigest(command.legs)) || works.some(namesWhatItHasNot)) return conflict("legs")

  const denial = refuseGrowth(works)
  const granted = denial === undefined
  let isChanged = false
  for (const work of works) if (alter(command, work, granted)) isChanged = true
  return decided(works, {
    ...answered("Extended", command, works, { granted, replayed: granted && !isChanged }),
    grown: granted,
    denial: denial ?? null
  })
}

/** Totals and measures are of `actual` legs only. */
const namesWhatItHasNot = ({ leg, rows }: Work<ExtendLeg>): boolean =>
  rows.entry !== undefined && rows.entry.settle !== "actual" && (leg.total !== undefined || leg.measured !== undefined)

const growthOf = ({ leg, rows }: Work<ExtendLeg>): number => Math.max(0, (leg.total ?? 0) - (rows.entry?.held ?? 0))

/** Growth is admitted like a reserve, all legs or none; not at all once any leg's window has passed. */
const refuseGrowth = (works: ReadonlyArray<Work<ExtendLeg>>): Refused | undefined => {
  const asked = works.map((work) => ({ work, amount: growthOf(work), whole: work.leg.total ?? 0 }))
  const growing = asked.filter((one) => one.amount > 0)
  if (growing.length === 0) return undefined
  const passed = asked.filter(({ work }) => work.rows.entry?.period !== accountOf(work).period)
  return passed.length > 0 ? refusedBy("windowPassed", passed) : refuse(growing, RESERVE_RANKS)
}

/** Renews one leg, measures and (if admitted) grows it; false if that alters nothing, which is no change. */
const alter = (command: Extend, work: Work<ExtendLeg>, mayGrow: boolean): boolean => {
  const { leg, timeMs } = work
  const entry = work.rows.entry!
  const deadlineMs =
    command.ttlMs === undefined ? entry.deadlineMs : Math.max(entry.deadlineMs, deadlineOf(timeMs, command.ttlMs))
  const growth = mayGrow ? growthOf(work) : 0
  const held = entry.held + growth
  const measured = leg.measured === undefined ? entry.measured : Math.max(entry.measured ?? 0, leg.measured)
  // A policy is about what an `actual` leg costs; the others cost the same whatever it is.
  const whenUnknown = entry.settle === "actual" ? dearest(entry.whenUnknown, command.whenUnknown) : null
  const isSame =
    deadlineMs === entry.deadlineMs && growth === 0 && measured === entry.measured && whenUnknown === entry.whenUnknown
  if (isSame) return false
  // Field by field, as in all entries: a spread would also copy what a store keeps beside the row.
  const after: EntryRow = {
    command: entry.command,
    state: entry.state,
    accounts: entry.accounts,
    digest: entry.digest,
    settle: entry.settle,
    amount: entry.amount,
    held,
    measured,
    whenUnknown,
    deadlineMs,
    expiryCost: expiryCost(entry.settle, held, measured, whenUnknown),
    period: entry.period,
    createdMs: entry.createdMs,
    changedMs: timeMs,
    debited: entry.debited,
    actual: entry.actual,
    overage: entry.overage,
    unbilled: entry.unbilled,
    late: entry.late
  }
  change(work, {
    cause: "extended",
    id: command.id,
    reservedDelta: growth,
    due: moveDue(entry, after),
    entry: after
  })
  return true
}

/** What moves between due rows when a hold is altered. */
const moveDue = (before: EntryRow, after: EntryRow): ReadonlyArray<DueDelta> => {
  const { period } = before
  if (before.deadlineMs === after.deadlineMs) {
    const amount = after.held - before.held
    const cost = after.expiryCost - before.expiryCost
    return amount === 0 && cost === 0 ? [] : [{ tickMs: after.deadlineMs, period, count: 0, amount, cost }]
  }
  return [leaveDue(before), { tickMs: after.deadlineMs, period, count: 1, amount: after.held, cost: after.expiryCost }]
}

/** What a hold takes from its due row when it leaves it. */
export const leaveDue = (entry: EntryRow): DueDelta => ({
  tickMs: entry.deadlineMs,
  period: entry.period,
  count: -1,
  amount: 0 - entry.held,
  cost: 0 - entry.expiryCost
})
