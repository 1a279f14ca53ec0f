/**
 * I7: nothing is ever negative, fractional or inexact.
 */
import type { AccountAnswer, LegAnswer } from "@tallystick/core/machine"

import { Violation } from "./checks.ts"
import type { Who } from "./who.ts"

const isAmount = (value: number | null): boolean => value === null || (Number.isSafeInteger(value) && value >= 0)

/** The numbers of an account, and that they fit together. */
export const checkNumbers = (answer: AccountAnswer, who: Who): void => {
  const { used, reserved, spendable, limit, debt, revision, period } = answer
  const isExact =
    isAmount(used) &&
    isAmount(reserved) &&
    isAmount(spendable) &&
    isAmount(limit) &&
    isAmount(debt) &&
    isAmount(revision) &&
    isAmount(period)
  if (!isExact || used + reserved > Number.MAX_SAFE_INTEGER) {
    const numbers = `used ${used}, reserved ${reserved}, spendable ${spendable}, debt ${debt}, revision ${revision}, period ${period}`
    throw new Violation(
      "I7",
      `after ${who.words} the numbers of ${answer.account} are ${numbers}: all must be integers from 0 to 2^53 - 1`
    )
  }
}

export const checkLegNumbers = (leg: LegAnswer, who: Who): void => {
  const { held, measured, debited, overage, unbilled } = leg
  if (isAmount(held) && isAmount(measured) && isAmount(debited) && isAmount(overage) && isAmount(unbilled)) return
  const numbers = `held ${held}, measured ${measured}, debited ${debited}, overage ${overage}, unbilled ${unbilled}`
  throw new Violation(
    "I7",
    `${who.words} was answered with ${numbers} on ${leg.account}: all must be integers from 0 to 2^53 - 1`
  )
}
