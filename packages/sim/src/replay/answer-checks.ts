/**
 * What one answer must be, in itself and against the account's book.
 */
import type { AccountAnswer, LegAnswer, Outcome, Reserve, ReserveLeg } from "@tallystick/core/machine"

import type { AccountBook } from "./account-book.ts"
import type { Checks } from "./checks.ts"

export const checkNumbers = (checks: Checks, book: AccountBook, answer: AccountAnswer): void => {
  const { account, used, reserved } = answer
  checks.that("I2", reserved === book.reserved, () => {
    return `${account} says that ${reserved} is held, its live holds are ${book.reserved} together`
  })
  checks.that("I3", used === book.used, () => `${account} says that ${used} is used, its endings debited ${book.used}`)
  const numbers = [
    used,
    reserved,
    answer.spendable ?? 0,
    answer.debt,
    answer.limit ?? 0,
    answer.revision,
    answer.period
  ]
  checks.that("I7", numbers.every(isExact), () => `${account} has numbers that are no counts: ${numbers.join(", ")}`)
}

/** A hold was granted: within the limit that was sent, on this account as on all others. */
export const checkAdmission = (
  checks: Checks,
  id: string,
  { amount, limit }: ReserveLeg,
  { account, used, reserved }: AccountAnswer,
  leg: LegAnswer
): void => {
  checks.that("I1", isWithin(used + reserved, limit), () => {
    return `${id} was granted ${amount} of ${account}: used ${used} and held ${reserved} pass the limit ${limit}`
  })
  checks.that("I5", leg.state === "held" && leg.held === amount, () => {
    return `${id} was granted, and ${account} holds ${leg.held} for it (${leg.state}) instead of ${amount}`
  })
}

/** A denial holds nothing, anywhere, and an account that denies has no room. */
export const checkDenial = (
  checks: Checks,
  { id, legs }: Reserve,
  outcome: Outcome & { readonly _tag: "Denied" },
  books: ReadonlyArray<AccountBook>
): void => {
  for (const { account, state } of outcome.legs) {
    checks.that("I5", state === "none", () => `${id} was denied, and ${account} has an entry of it: ${state}`)
  }
  for (const [i, { account, amount, limit }] of legs.entries()) {
    if (!outcome.refusals.some((refusal) => refusal.account === account)) continue
    const taken = (books[i]?.used ?? 0) + (books[i]?.reserved ?? 0)
    checks.that("I1", !isWithin(taken + amount, limit), () => {
      return `${id} was denied ${amount} of ${account}, where ${taken} of ${limit} were taken`
    })
  }
}

/** The replay sends every limit and stores none, so what was sent is in force. */
const isWithin = (sum: number, limit: number | null | undefined): boolean =>
  limit === null || limit === undefined || sum <= limit

/** From one answer of an account to its next: a new period at most for each end of a window between them. */
export const checkRoll = (checks: Checks, before: AccountAnswer, after: AccountAnswer): void => {
  if (after.window.kind !== "fixed" || after.period === before.period) return
  const { lengthMs } = after.window
  const ends = Math.floor(after.timeMs / lengthMs) - Math.floor(before.timeMs / lengthMs)
  const rolls = after.period - before.period
  checks.that("I11", rolls > 0 && rolls <= ends, () => {
    return `${after.account} went from period ${before.period} to ${after.period} over ${ends} ends of its window`
  })
}

const isExact = (n: number): boolean => Number.isSafeInteger(n) && n >= 0
