/**
 * From how a turn was ended to what each of its reservations is sent.
 */
import { accountKey } from "../machine/account.ts"
import type { Refused } from "./denial.ts"
import type { Ending, EndingLeg } from "./ending.ts"
import type { Amounts } from "./limit.ts"
import type { Leg } from "./leg.ts"
import { actualUnits, type Part, shareOf } from "./part.ts"
import type { Ended, Turn } from "./turn.ts"

/**
 * The endings of a turn.
 *
 * What a unit costs: a report (`actuals`) first, then what was measured. If neither says, unknown is not 0:
 * `whenUnknown` decides, here as at an expiry. An interruption that forgives (`refund`) forgives what was measured
 * too, and one that charges the hold charges at least it.
 */
export const planEnding = (turn: Turn, ended: Ended, actuals: Amounts, nowMs: number): ReadonlyArray<Ending> => {
  const total = (unit: string): number | null => actuals[unit] ?? turn.meter.total(unit)
  const { whenUnknown } = turn.settings
  const amount = (part: Part, index: number, unit: string): number | null => {
    const known = total(unit)
    const share = known === null ? null : shareOf(turn.parts, index, unit, known)
    if (ended === "released") return share
    if (ended === "finalized") return share ?? (whenUnknown === "charge-held" ? (part.held[unit] ?? 0) : null)
    if (whenUnknown === "refund") return 0
    return whenUnknown === "charge-held" ? Math.max(part.held[unit] ?? 0, share ?? 0) : share
  }
  return turn.parts.map((part, index) => {
    const amounts = new Map([...actualUnits(part.legs)].map((unit) => [unit, amount(part, index, unit)]))
    if (turn.standing._tag === "observed") return chargeOf(turn, part, amounts, nowMs)
    return endingOf(turn, part, amounts, ended, nowMs)
  })
}

const endingOf = (
  turn: Turn,
  part: Part,
  amounts: ReadonlyMap<string, number | null>,
  ended: Ended,
  nowMs: number
): Ending => {
  const known = [...amounts.values()].some((amount) => amount !== null)
  // With nothing to say about any unit a release leaves the word to the store, which may have heard more from another
  // process.
  const releases = !known && (amounts.size > 0 || ended !== "finalized")
  return {
    id: part.id,
    requestId: turn.requestId,
    kind: releases && turn.standing._tag === "held" ? "release" : "finalize",
    overage: turn.settings.overage,
    // Only if it is known when the id had not ended: then one that is gone was lost, and is counted; else it may have
    // been counted.
    ifUnknown: turn.knownAtMs === undefined ? "mark" : "charge",
    knownAtMs: turn.knownAtMs ?? nowMs,
    ...ratesOf(turn),
    legs: part.legs.map((leg) => ({
      ...accountOf(leg),
      amount: leg.settle === "actual" ? (amounts.get(leg.unit) ?? 0) : undefined
    }))
  }
}

/**
 * A denied call that went on (`enforce: false`) is charged, under an id of its own: that of the request may carry a
 * mark.
 */
const chargeOf = (turn: Turn, part: Part, amounts: ReadonlyMap<string, number | null>, nowMs: number): Ending => ({
  id: `${part.id}~observed`,
  requestId: turn.requestId,
  kind: "charge",
  overage: turn.settings.overage,
  ifUnknown: "mark",
  knownAtMs: nowMs,
  ...ratesOf(turn),
  legs: part.legs
    .filter((leg) => turn.standing._tag !== "observed" || takesCharge(turn.standing.refused, leg))
    .map((leg) => ({ ...accountOf(leg), amount: chargeAmount(leg, amounts) }))
})

const chargeAmount = (leg: Leg, amounts: ReadonlyMap<string, number | null>): number => {
  if (leg.settle === "actual") return amounts.get(leg.unit) ?? 0
  return leg.settle === "held" ? leg.amount : 0
}

/**
 * An account without a limit, closed, or of another unit refuses a charge as it refused the reserve; the others are
 * still charged.
 */
export const takesCharge = (refused: Refused | null, leg: Leg): boolean => {
  if (refused === null || refused.reason === "limit") return true
  return !refused.refusals.some((refusal) => accountKey(refusal) === accountKey(leg))
}

export const accountOf = ({ account, window, unit, limit, warnAt }: Leg): EndingLeg => ({
  account,
  window,
  unit,
  limit,
  warnAt
})

const ratesOf = (turn: Turn): Pick<Ending, "rates"> => {
  const versions = turn.quotes.all().map((quote) => quote.version)
  return versions.length === 0 ? {} : { rates: versions }
}
