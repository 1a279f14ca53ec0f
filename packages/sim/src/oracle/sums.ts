/**
 * I2 and I3: what one command may move `reserved` and `used` by, on one account, while no time passes.
 */
import { Violation } from "./checks.ts"
import type { Asked } from "./checks.ts"
import { isNew } from "./judged.ts"
import type { Judged } from "./judged.ts"
import { hasEnded } from "./lives.ts"

/** What a sum may be moved by: from, to. */
type Range = readonly [number, number]

const still: Range = [0, 0]

export const checkSums = (asked: Asked, judged: Judged): void => {
  const { before, after, command, who } = judged
  if (before === undefined) return
  const reserved = after.reserved - before.reserved
  const used = after.used - before.used
  if (command.kind === "lookup") {
    asked[14]!++
    if (reserved !== 0 || used !== 0 || after.revision !== before.revision)
      throw new Violation(
        "I14",
        `${who.words} is a read, but changed ${after.account} (revision ${before.revision} to ${after.revision})`
      )
    return
  }
  if (after.reserved > 0 || before.reserved > 0) asked[2]!++
  if (after.used > 0 || before.used > 0) asked[3]!++
  check("I2", "reserved", judged, reserved, reservedRange(judged))
  check("I3", "used", judged, used, usedRange(judged))
}

const check = (invariant: "I2" | "I3", sum: string, { who, after }: Judged, moved: number, [from, to]: Range): void => {
  if (moved >= from && moved <= to) return
  const should = from === to ? `by ${from}` : to === Infinity ? `by at least ${from}` : `by ${from} to ${to}`
  throw new Violation(
    invariant,
    `${who.words} moved ${sum} of ${after.account} by ${moved}, but should move it ${should}`
  )
}

/** The hold of this leg counts in the present sums. */
const isPresent = ({ leg }: Judged): boolean => !leg.late && !leg.windowPassed

/** The command ended this leg now; undefined: it cannot be told from the history. */
const isEndedNow = ({ life, leg, outcome }: Judged): boolean | undefined => {
  if (!hasEnded(leg.state) || leg.unreserved) return false
  if (life === undefined) return undefined
  return !hasEnded(life.state) && !outcome.replayed
}

const reservedRange = (judged: Judged): Range => {
  const { command, outcome, leg, position } = judged
  switch (command.kind) {
    case "reserve": {
      const amount = isNew(outcome) ? command.legs[position]!.amount : 0
      return [amount, amount]
    }
    case "extend":
      return [0, Infinity]
    case "finalize":
    case "release": {
      const isEnded = isEndedNow(judged)
      if (isEnded === undefined) return [-leg.held, 0]
      return isEnded && isPresent(judged) ? [-leg.held, -leg.held] : still
    }
    default:
      return still
  }
}

const usedRange = (judged: Judged): Range => {
  const { command, outcome, leg, position } = judged
  switch (command.kind) {
    case "charge": {
      const amount = isNew(outcome) ? command.legs[position]!.amount : 0
      return [amount, amount]
    }
    case "finalize":
    case "release": {
      // Late, a correction may lower what the expiry charged; of an earlier window only what is above the hold counts.
      if (leg.unreserved || leg.late || leg.windowPassed) return [-leg.held, leg.debited]
      const isEnded = isEndedNow(judged)
      if (isEnded === undefined) return [0, leg.debited]
      return isEnded ? [leg.debited, leg.debited] : still
    }
    default:
      return still
  }
}
