/**
 * `finalize`: debits what was used, once; also above the hold or the limit, and also too late: the money is spent.
 */
import { answered, GRANTED, NOT_GRANTED, REPLAYED } from "./answer.ts"
import type { Finalize, FinalizeLeg } from "./command.ts"
import { hasOtherAccounts } from "./conflict.ts"
import type { Settings } from "./constants.ts"
import { decided } from "./decided.ts"
import type { Decided } from "./decided.ts"
import { accountsDigest } from "./digest.ts"
import { capped, end, endedWithoutHold, endingOf, endingOverflows, mark } from "./ending.ts"
import type { Ending } from "./ending.ts"
import type { ConflictReason } from "./outcome.ts"
import { isOverflow, refuse, refusedBy, UNRESERVED_RANKS } from "./refuse.ts"
import type { Refused } from "./refuse.ts"
import { change, firstUnit } from "./work.ts"
import type { Work } from "./work.ts"

/** What becomes of one leg. */
interface Plan {
  readonly work: Work<FinalizeLeg>
  readonly does: "debit" | "charge" | "mark" | "nothing"
  readonly ending: Ending
}

export const finalize = (command: Finalize, works: ReadonlyArray<Work<FinalizeLeg>>, settings: Settings): Decided => {
  const reason = conflictOf(command, works)
  if (reason !== undefined) return decided(works, { ...answered("Conflict", command, works, NOT_GRANTED), reason })

  const plans = works.map((work) => planOf(command, work))
  const isCharge = plans.some((plan) => plan.does === "charge")
  // It may have been finalized and forgotten: whoever sent it has to be told, since a debit might be the second one.
  if (isCharge && command.sentAgoMs >= settings.settledRetentionMs - settings.longestCallMs)
    return decided(works, answered("Undecidable", command, works, NOT_GRANTED))
  const refused = (isCharge ? refuseCharge(plans) : undefined) ?? refuseOverflow(plans)
  if (refused !== undefined) return decided(works, { ...answered("Denied", command, works, NOT_GRANTED), ...refused })

  const isUnknown = !isCharge && works.every((work) => work.state === "none" || work.state === "marked")
  const isReplay = !plans.some(debits) && works.some((work) => work.state === "finalized")
  const accounts = accountsDigest(command.legs)
  for (const plan of plans) carryOut(command, plan, accounts)
  if (isUnknown) return decided(works, answered("Unknown", command, works, NOT_GRANTED))
  return decided(works, answered("Finalized", command, works, isReplay ? REPLAYED : GRANTED))
}

const conflictOf = (command: Finalize, works: ReadonlyArray<Work<FinalizeLeg>>): ConflictReason | undefined => {
  if (works.some((work) => work.state === "released" || work.state === "charged")) return "ended"
  if (hasOtherAccounts(works, accountsDigest(command.legs))) return "legs"
  if (works.some(namesOtherActuals)) return "legs"
  const isOther = ({ leg, rows, state }: Work<FinalizeLeg>): boolean =>
    state === "finalized" && (rows.entry!.actual !== (leg.actual ?? null) || rows.entry!.overage !== command.overage)
  return works.some(isOther) ? "content" : undefined
}

/** Actuals name exactly the `actual` legs. */
const namesOtherActuals = ({ leg, rows, state }: Work<FinalizeLeg>): boolean =>
  state !== "none" &&
  state !== "marked" &&
  rows.entry !== undefined &&
  (rows.entry.settle === "actual") !== (leg.actual !== undefined)

const debits = (plan: Plan): boolean => plan.does === "debit" || plan.does === "charge"

const nothing: Ending = { debited: 0, unbilled: 0, usedDelta: 0, reservedDelta: 0 }

const planOf = (command: Finalize, work: Work<FinalizeLeg>): Plan => {
  const actual = work.leg.actual ?? 0
  switch (work.state) {
    case "held":
    case "expired":
      return { work, does: "debit", ending: endingOf(work, actual, command.overage) }
    case "none":
    case "marked": {
      if (command.ifUnknown === "mark")
        return { work, does: work.state === "none" ? "mark" : "nothing", ending: nothing }
      const debited = command.overage === "cap" ? capped(work, actual, 0) : actual
      return {
        work,
        does: "charge",
        ending: { debited, unbilled: actual - debited, usedDelta: debited, reservedDelta: 0 }
      }
    }
    case "finalized":
    case "released":
    case "charged":
      return { work, does: "nothing", ending: nothing }
  }
}

/** An unreserved debit is refused for an unknown account or another unit, not for a closed one. */
const refuseCharge = (plans: ReadonlyArray<Plan>): Refused | undefined =>
  refuse(plans.filter((plan) => plan.does === "charge").map(askedOf), UNRESERVED_RANKS)

/** Any debit is refused for passing 2^53 - 1. */
const refuseOverflow = (plans: ReadonlyArray<Plan>): Refused | undefined =>
  plans.some(overflows) ? refusedBy("overflow", plans.filter(overflows).map(askedOf)) : undefined

const overflows = ({ work, does, ending }: Plan): boolean =>
  (does === "debit" && endingOverflows(work, ending)) || (does === "charge" && isOverflow(work, ending.debited))

const askedOf = ({ work, ending }: Plan) => ({ work, amount: ending.debited, whole: ending.debited })

const carryOut = (command: Finalize, plan: Plan, accounts: string): void => {
  const { work, does, ending } = plan
  switch (does) {
    case "nothing":
      return
    case "mark":
      return mark(work, "finalize", command.id)
    case "debit":
      return end(work, ending, {
        cause: "finalized",
        id: command.id,
        actual: work.leg.actual ?? null,
        overage: command.overage
      })
    case "charge":
      return change(work, {
        cause: "finalized",
        id: command.id,
        usedDelta: ending.usedDelta,
        set: firstUnit(work),
        entry: {
          ...endedWithoutHold(work, "finalize", "finalized"),
          accounts,
          settle: work.leg.actual === undefined ? "none" : "actual",
          debited: ending.debited,
          actual: work.leg.actual ?? null,
          overage: command.overage,
          unbilled: ending.unbilled
        }
      })
  }
}
