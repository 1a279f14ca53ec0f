/** What fits, but may be too early: something that nobody heard of may have come before it without a revision that tells. */
import { clockOf } from "./clock.ts"
import { hasSameLegs, isNone } from "./fill.ts"
import { ownRise, timeIn, touches } from "./operation.ts"
import type { Operation } from "./operation.ts"
import { isRead } from "./pending.ts"
import type { Pending } from "./pending.ts"
import type { Trial } from "./trial.ts"

/**
 * Whether it would take the time of an account further than what is missing elsewhere has seen it: a command that nobody heard of may have touched
 * this account without any effect on it (the `extend` of a slot that gains nothing), so that no revision of this account tells.
 */
export const isEarly = (operation: Operation, failed: Iterable<Operation>, pending: Pending): boolean => {
  if (isRead(operation)) return false
  const timeMs = timeIn(operation)
  for (const other of failed) {
    if (!pending.has(other) || timeIn(other) >= timeMs) continue
    const isBetween = ({ keys, sentNs }: Operation): boolean =>
      sentNs < other.answeredNs && touches(keys, operation) && touches(keys, other)
    if (pending.unknown.some((one) => pending.has(one) && isBetween(one))) return true
  }
  return false
}

/** The answer to an ending of an unknown id does not say who left the mark: with a window it matters when that was. */
export const isPerhapsAnothers = ({ command, keys, outcome, answeredNs }: Operation, pending: Pending): boolean => {
  if (outcome?._tag !== "Unknown" || keys.every(isNone)) return false
  return pending.unknown.some((one) => one.command?.id === command?.id && one.sentNs < answeredNs && pending.has(one))
}

/**
 * Whether time passes ticks with it, where one that nobody heard of may have ended or renewed a hold before: that raises the revision by one, as the hold's
 * expiry does, and may leave the same sums, so that the revision does not tell which of the two it was. The next answer about its id does.
 */
export const hidesEnding = (
  operation: Operation,
  rises: ReadonlyArray<number>,
  pending: Pending,
  trial: Trial
): boolean => {
  if (isRead(operation)) return false
  const passed = operation.keys.filter((_, index) => rises[index]! > ownRise(operation))
  if (passed.length === 0) return false
  return pending.unknown.some(
    (one) =>
      one.command !== undefined &&
      altersHold.includes(one.command.kind) &&
      one.sentNs < operation.answeredNs &&
      pending.has(one) &&
      one.keys.some((key) => passed.includes(key)) &&
      isTold(one, pending, trial)
  )
}

const altersHold: ReadonlyArray<string> = ["finalize", "release", "extend"]

/** The next answer about its id is not what it would be without it. */
const isTold = (one: Operation, pending: Pending, trial: Trial): boolean => {
  const next = pending.nextOfId(one)
  if (next?.outcome === undefined) return false
  const mark = trial.mark
  const { outcome } = trial.act(next, clockOf(next, trial))
  trial.undo(mark)
  return outcome !== undefined && !hasSameLegs(outcome, next.outcome)
}
