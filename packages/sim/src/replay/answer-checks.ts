/**
 * What one answer must be, in itself and against the account's book.
 */
import type { AccountAnswer, LegAnswer, Outcome } from "@tallystick/core/machine"

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

/** A hold was granted: within the limit, on this account as on all others. */
export const checkAdmission = (
  checks: Checks,
  id: string,
  amount: number,
  { account, used, reserved, limit }: AccountAnswer,
  leg: LegAnswer
): void => {
  checks.that("I1", limit === null || used + reserved <= limit, () => {
    return `${id} was granted ${amount} of ${account}: used ${used} and held ${reserved} pass the limit ${limit}`
  })
  checks.that("I5", leg.state === "held" && leg.held === amount, () => {
    return `${id} was granted, and ${account} holds ${leg.held} for it (${leg.state}) instead of ${amount}`
  })
}

/** A denial holds nothing, anywhere, and an account that denies has no room. */
export const checkDenial = (
  checks: Checks,
  id: string,
  outcome: Outcome & { readonly _tag: "Denied" },
  touched: ReadonlyArray<{ readonly book: AccountBook; readonly answer: AccountAnswer }>
): void => {
  for (const { account, state } of outcome.legs) {
    checks.that("I5", state === "none", () => `${id} was denied, and ${account} has an entry of it: ${state}`)
  }
  for (const { account, asked, limit } of outcome.refusals) {
    const book = touched.find(({ answer }) => answer.account === account)?.book
    const taken = (book?.used ?? 0) + (book?.reserved ?? 0)
    checks.that("I1", limit !== null && taken + asked > limit, () => {
      return `${id} was denied ${asked} of ${account}, where ${taken} of ${limit ?? "no limit"} were taken`
    })
  }
}

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
