/**
 * What shows that no order goes on from here, without trying one: what was placed can only be added to.
 */
import { clockOf } from "./clock.ts"
import { contradicts, isIdle, mostOwn } from "./fill.ts"
import { ownRise } from "./operation.ts"
import type { Operation } from "./operation.ts"
import { isRead } from "./pending.ts"
import type { Pending } from "./pending.ts"
import type { Reads } from "./reads.ts"
import type { Trial } from "./trial.ts"

export class Hope {
  readonly #pending: Pending
  readonly #trial: Trial
  readonly #reads: Reads
  readonly #revisionOf: (key: string) => number

  constructor(pending: Pending, trial: Trial, reads: Reads, revisionOf: (key: string) => number) {
    this.#pending = pending
    this.#trial = trial
    this.#reads = reads
    this.#revisionOf = revisionOf
  }

  /** A read that shows less than there is will never find its place; nor will a command, if nothing can be missing on any of its accounts. */
  isLost(stuck: ReadonlyArray<Operation>): boolean {
    // Of an account without a row something earlier makes the first revision lower.
    const isFull = (key: string, revision: number): boolean =>
      this.#trial.timeOf(key) !== undefined && revision <= this.#revisionOf(key)
    const hasNoPlace = (operation: Operation): boolean =>
      !isRead(operation) && operation.keys.every((key, index) => isFull(key, operation.answers![index]!.revision))
    if (stuck.some(hasNoPlace)) return true
    if (this.#reads.areTooLate() || this.#pending.keys.some((key) => this.#lacks(key) || this.#exceeds(key)))
      return true
    return this.#pending.unknown.some((one) => this.#pending.has(one) && this.#isMissed(one))
  }

  /** It can have no place any more, and without it the next answer about its id cannot be what it was, as nothing else about that id can come between. */
  #isMissed(one: Operation): boolean {
    if (!this.#pending.isPassed(one)) return false
    const next = this.#pending.nextOfId(one)
    if (next?.outcome === undefined || this.#pending.hasRivals(one, next)) return false
    const mark = this.#trial.mark
    const { outcome } = this.#trial.act(next, clockOf(next, this.#trial))
    this.#trial.undo(mark)
    return outcome !== undefined && contradicts(outcome, next.outcome)
  }

  /** More is missing on an account than can have happened. */
  #lacks(key: string): boolean {
    const next = this.#pending.placeOn(key)
    const row = this.#trial.timeOf(key)
    if (next === undefined || row === undefined) return false
    const missing = next.revision - this.#revisionOf(key)
    if (missing <= 1) return false
    return missing > this.#pending.supplyOn(key) + mostOwn(row.last, next.timeMs, key)
  }

  /**
   * With what falls due by then, there is more on an account than the next answer shows of it, or the next read. An ending or a renewal takes away one
   * expiry, and is one change itself, so that the revision falls by nothing that may still come between. (But in an idle window a renewal may take away
   * a roll, too.)
   */
  #exceeds(key: string): boolean {
    if (isIdle(key) || this.#trial.timeOf(key) === undefined) return false
    const next = this.#pending.lineOn(key)
    const read = this.#pending.readsOn(key)[0]
    return (
      (next !== undefined && this.#isAbove(next.operation, key)) ||
      (read !== undefined && this.#isAbove(read.operation, key))
    )
  }

  #isAbove(operation: Operation, key: string): boolean {
    const index = operation.keys.indexOf(key)
    const answer = operation.answers![index]!
    const part: Operation = {
      ...operation,
      command: undefined,
      accounts: [operation.accounts[index]!],
      keys: [key],
      answers: [answer]
    }
    const mark = this.#trial.mark
    const due = this.#trial.act(part, clockOf(part, this.#trial)).accounts[0]!
    this.#trial.undo(mark)
    // Where it has rolled too early, the clock was another one perhaps, with what is missing.
    return due.period <= answer.period && due.revision + ownRise(operation) > answer.revision
  }
}
