/** What fits, but may be too early: something that nobody heard of may have come before it without a revision that tells. */
import { isNone } from "./fill.ts"
import { timeIn, touches } from "./operation.ts"
import type { Operation } from "./operation.ts"
import { isRead } from "./pending.ts"
import type { Pending } from "./pending.ts"

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
