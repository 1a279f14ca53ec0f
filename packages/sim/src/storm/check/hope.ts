/**
 * What shows that no order goes on from here, without trying one: what was placed can only be added to.
 */
import { clockOf } from "./clock.ts"
import { contradicts, mostOwn } from "./fill.ts"
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
    if (this.#reads.areTooLate() || this.#pending.keys.some((key) => this.#lacks(key))) return true
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
}
