/**
 * An answer in one line, for expectations that are worked out by hand.
 */
import type { Outcome } from "@tallystick/core/machine"

import { expectSame } from "./differ.ts"

/**
 * What was decided, then of each leg its state and numbers and, after a comma, `used+reserved` of its account.
 *
 * @example
 * "Finalized; finalized held 5 debited 7 over 2, 7+0"
 * "Denied limit; none, 96+0"
 */
export const tell = (answer: Outcome): string => {
  const reason = "reason" in answer ? ` ${answer.reason}` : ""
  const grown = answer._tag === "Extended" && !answer.grown ? " not grown" : ""
  const head = `${answer._tag}${reason}${grown}${answer.replayed ? " again" : ""}`
  const sums = answer.accounts.map(({ used, reserved }) => `${used}+${reserved}`)
  if (answer.legs.length === 0) return [head, ...sums].join("; ")
  const legs = answer.legs.map((leg, index) => {
    const words: Array<string> = [leg.state]
    if (leg.held > 0) words.push(`held ${leg.held}`)
    if (leg.measured !== null) words.push(`measured ${leg.measured}`)
    if (leg.debited > 0) words.push(`debited ${leg.debited}`)
    if (leg.overage > 0) words.push(`over ${leg.overage}`)
    if (leg.unbilled > 0) words.push(`unbilled ${leg.unbilled}`)
    if (leg.late) words.push("late")
    if (leg.unreserved) words.push("unreserved")
    if (leg.windowPassed) words.push("passed")
    return `${words.join(" ")}, ${sums[index]}`
  })
  return [head, ...legs].join("; ")
}

export const expectText = (actual: string, expected: string): void =>
  expectSame(actual, expected, "not as worked out by hand:")
