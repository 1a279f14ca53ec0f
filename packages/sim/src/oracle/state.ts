/**
 * Predicates on the store's state, from its own numbers: the sums against the holds (I2), the windows against time (I11).
 */
import { must } from "./checks.ts"
import type { Asked } from "./checks.ts"
import type { Snapshot } from "./oracle.ts"
import type { Who } from "./who.ts"

/** I2: `reserved` is the sum of the holds of the present window. */
export const checkHoldSums = (asked: Asked, { accounts, holds }: Snapshot, who: Who): void => {
  for (let index = 0; index < accounts.length; index++) {
    const list = holds[index]
    const answer = accounts[index]!
    if (list === undefined || !answer.known) continue
    let sum = 0
    for (const hold of list) if (!hold.windowPassed) sum += hold.held
    if (list.length > 0 || answer.reserved > 0) asked[2]!++
    must(
      sum === answer.reserved,
      "I2",
      () =>
        `after ${who.words} reserved of ${answer.account} is ${answer.reserved}, but its ${list.length} live holds sum to ${sum}`
    )
  }
}

/** I11: time alone rolls a window at most once, and only where there is one. */
export const checkPassing = (asked: Asked, before: Snapshot, after: Snapshot, who: Who): void => {
  for (let index = 0; index < before.accounts.length; index++) {
    const seen = before.accounts[index]!
    const now = after.accounts[index]!
    if (seen.window.kind === "none" || seen.revision === 0) continue
    asked[11]!++
    const rolls = now.period - seen.period
    // A forgotten account starts again at window 0.
    must(
      rolls <= 1,
      "I11",
      () => `${who.words} rolled ${now.account} ${rolls} times, from window ${seen.period} to ${now.period}`
    )
  }
}
