/**
 * How the ending of a covered reservation is sent, and what it costs until the store has heard of it.
 */
import { accountKey } from "../machine/account.ts"
import type { Finalize, Release } from "../machine/command.ts"
import type { Outcome } from "../machine/outcome.ts"
import type { Covered, CoveredLeg } from "./insured-cover.ts"

/**
 * As a finalize that debits also what the store does not know: it was admitted here. A release is a finalize at what
 * was measured; with nothing measured it stays one, and leaves its mark.
 *
 * @param sentAgoMs how long ago an ending was first sent that the store may have heard: this process alone can have
 *   ended it, so before that it had not ended, however long the store was down
 */
export const sentEnding = (covered: Covered, command: Finalize | Release, sentAgoMs: number): Finalize | Release => {
  if (command.kind === "finalize") return { ...command, ifUnknown: "charge", sentAgoMs }
  const measured = command.legs.map((leg) => covered.legs.get(accountKey(leg))!)
  if (measured.every((leg) => leg.measured === null)) return command
  return {
    kind: "finalize",
    id: command.id,
    overage: "debit",
    ifUnknown: "charge",
    sentAgoMs,
    legs: command.legs.map((leg, index) => ({
      ...leg,
      actual: measured[index]!.leg.settle === "actual" ? (measured[index]!.measured ?? 0) : undefined
    }))
  }
}

/** By account. */
export const costsOf = (covered: Covered, command: Finalize | Release): ReadonlyMap<string, number> =>
  new Map(
    command.legs.map((leg) => {
      const own = covered.legs.get(accountKey(leg))!
      return [accountKey(leg), costOf(own, "actual" in leg ? leg.actual : undefined)]
    })
  )

const costOf = ({ held, leg, measured }: CoveredLeg, actual: number | undefined): number => {
  if (leg.settle === "actual") return actual ?? measured ?? 0
  return leg.settle === "held" ? held : 0
}

/** The store has said what it makes of an ending, and that is final. */
export const isFinal = ({ _tag }: Outcome): boolean => _tag !== "NotApplied" && _tag !== "Corrupt"
