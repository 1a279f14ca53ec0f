/**
 * Which one invariant a difference from the Book belongs to, by what differs. Pure.
 *
 * Exactly one, always the same: so an invariant that is switched off can be shown to be the only one that finds a bug.
 */
import type { AccountAnswer, LegAnswer, Outcome } from "@tallystick/core/machine"

import type { InvariantId } from "../report/model.ts"
import { Violation } from "./checks.ts"
import type { Who } from "./who.ts"
import type { HeldAmount } from "./oracle.ts"
import { sameAccount, sameDetail, sameHolds, sameLeg } from "./same.ts"

/** What a difference means depends on this too. */
export interface Circumstances {
  /** `c2's reserve r3: 5 of a for 10 s`, or `1 h`. */
  readonly who: Who
  /** The id was debited before, on this account. */
  readonly isDebited: (account: string) => boolean
  /** The command is one that took effect before. */
  readonly isRepeat: boolean
}

const shown = (value: unknown): string =>
  typeof value === "object" && value !== null ? JSON.stringify(value) : String(value)

/** The violation that a wrong answer is. */
export const attributeOutcome = (expected: Outcome, actual: Outcome, circumstances: Circumstances): Violation => {
  const { who } = circumstances
  if (expected._tag !== actual._tag || expected.granted !== actual.granted) {
    return new Violation(
      admissionOf(expected, actual),
      `${who.words} was answered ${tagOf(actual)}, but should be ${tagOf(expected)}`
    )
  }
  if (expected.replayed !== actual.replayed)
    return new Violation(
      "I4",
      `${who.words} was answered as ${actual.replayed ? "a repeat" : "new"}, but is ${expected.replayed ? "a repeat" : "new"}`
    )
  if (expected._tag === "Conflict" && !sameDetail(expected, actual))
    return new Violation("I4", `${who.words} was answered ${tagOf(actual)}, but should be ${tagOf(expected)}`)
  const account = firstAccount(expected.accounts, actual.accounts, circumstances)
  if (account !== undefined) return account
  const leg = firstLeg(expected.legs, actual.legs, who)
  if (leg !== undefined) return leg
  return new Violation(
    "I9",
    `${who.words} was answered ${shown(detailOf(actual))}, but should be ${shown(detailOf(expected))}`
  )
}

const detailOf = ({ accounts: _accounts, legs: _legs, ...detail }: Outcome): object => detail

const tagOf = (outcome: Outcome): string => {
  const reason = "reason" in outcome ? ` (${outcome.reason})` : ""
  return `${outcome._tag}${reason}`
}

const reasonOf = (outcome: Outcome): string | null => {
  if (outcome._tag === "Denied") return outcome.reason
  return outcome._tag === "Extended" && outcome.denial !== null ? outcome.denial.reason : null
}

/** Granted against denied: the limit (I1), a closed account (I13), a window that passed (I11); else the history of the id (I4). */
const admissionOf = (expected: Outcome, actual: Outcome): InvariantId => {
  // The store found a sum below zero or above 2^53 - 1 itself.
  if (actual._tag === "Corrupt") return "I7"
  if (isAboutAdmission(expected) && isAboutAdmission(actual)) {
    const reason = reasonOf(expected) ?? reasonOf(actual)
    if (reason === "closed") return "I13"
    if (reason === "windowPassed") return "I11"
    if (reason === "limit" || reason === "overflow") return "I1"
    return "I9"
  }
  return "I4"
}

const isAboutAdmission = ({ _tag }: Outcome): boolean =>
  _tag === "Granted" || _tag === "Denied" || _tag === "Charged" || _tag === "Extended"

const firstAccount = (
  expected: ReadonlyArray<AccountAnswer>,
  actual: ReadonlyArray<AccountAnswer>,
  circumstances: Circumstances
): Violation | undefined => {
  for (const [index, answer] of expected.entries()) {
    const other = actual[index]
    if (other === undefined)
      return new Violation("I9", `${circumstances.who.words} was answered without the account ${answer.account}`)
    if (!sameAccount(answer, other)) return attributeAccount(answer, other, circumstances)
  }
  return actual.length === expected.length
    ? undefined
    : new Violation("I9", `${circumstances.who.words} was answered with too many accounts`)
}

/** In this order: a roll moves all numbers, a sum moves those that follow from it. */
const order: ReadonlyArray<keyof AccountAnswer> = ["account", "period", "open", "used", "reserved", "revision", "limit"]

/** The violation that a wrong account is. */
export const attributeAccount = (
  expected: AccountAnswer,
  actual: AccountAnswer,
  circumstances: Circumstances
): Violation => {
  const rest = Object.keys(expected) as Array<keyof AccountAnswer>
  const field = [...order, ...rest].find((field) => shown(expected[field]) !== shown(actual[field])) ?? "window"
  const invariant = fieldOf(field, expected, actual, circumstances)
  const { used, reserved, limit } = expected
  const numbers = `(used ${used}, reserved ${reserved} of ${limit ?? "no limit"})`
  return new Violation(
    invariant,
    `after ${circumstances.who.words} the ${field} of ${expected.account} is ${shown(actual[field])}, but should be ${shown(expected[field])} ${numbers}`
  )
}

const fieldOf = (
  field: keyof AccountAnswer,
  expected: AccountAnswer,
  actual: AccountAnswer,
  { isDebited, isRepeat }: Circumstances
): InvariantId => {
  switch (field) {
    case "period":
      return "I11"
    case "open":
      return "I13"
    case "used":
      return actual.used > expected.used && isDebited(expected.account) ? "I12" : "I3"
    case "reserved":
      return "I2"
    case "revision":
      return isRepeat ? "I6" : "I9"
    default:
      return "I9"
  }
}

const firstLeg = (
  expected: ReadonlyArray<LegAnswer>,
  actual: ReadonlyArray<LegAnswer>,
  who: Who
): Violation | undefined => {
  for (const [index, leg] of expected.entries()) {
    const other = actual[index]
    if (other === undefined) return new Violation("I9", `${who.words} was answered without the leg on ${leg.account}`)
    if (sameLeg(leg, other)) continue
    const invariant = leg.state === other.state ? "I9" : "I4"
    const field = (["state", ...Object.keys(leg)] as Array<keyof LegAnswer>).find(
      (field) => shown(leg[field]) !== shown(other[field])
    )!
    return new Violation(
      invariant,
      `${who.words}: the leg on ${leg.account} says ${field} ${shown(other[field])}, but should say ${shown(leg[field])}`
    )
  }
  return actual.length === expected.length
    ? undefined
    : new Violation("I9", `${who.words} was answered with too many legs`)
}

/** The violation that a wrong list of holds is; undefined if it is right. */
export const attributeHolds = (
  account: string,
  expected: ReadonlyArray<HeldAmount>,
  actual: ReadonlyArray<HeldAmount>,
  who: Who
): Violation | undefined => {
  if (sameHolds(expected, actual)) return undefined
  const ids = (holds: ReadonlyArray<HeldAmount>): string =>
    holds.map((hold) => `${hold.id} ${hold.held}`).join(", ") || "none"
  if (ids(expected) !== ids(actual))
    return new Violation(
      "I2",
      `after ${who.words} the holds of ${account} are ${ids(actual)}, but should be ${ids(expected)}`
    )
  const index = expected.findIndex((hold, at) => !sameHolds([hold], [actual[at]!]))
  return new Violation(
    "I9",
    `after ${who.words} a hold of ${account} is ${shown(actual[index])}, but should be ${shown(expected[index])}`
  )
}
