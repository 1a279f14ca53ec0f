/**
 * Who waits for equally long: turns for their next renewal, calls for their deadline. So they stand in order of time, and one timer serves the line. (A fiber
 * and a timer per turn cost 4 µs, a tenth of a whole turn in memory.)
 */

/** What waits until it is due: a turn for its next renewal, a call for its deadline. */
export interface Waiter<Self extends Waiter<Self>> {
  /** When that is, ms by the monotonic clock. */
  dueMs: number
  /** Where it waits; undefined: it does not. */
  line: WaitingLine<Self> | undefined
  before: Self | undefined
  behind: Self | undefined
}

export class WaitingLine<A extends Waiter<A>> {
  /** A fiber sleeps until the first is due. */
  isWatched = false
  #first: A | undefined
  #last: A | undefined

  get first(): A | undefined {
    return this.#first
  }

  /** To the end of the line: it came last, so it is due last. */
  add(waiter: A): void {
    waiter.line = this
    waiter.before = this.#last
    waiter.behind = undefined
    if (this.#last === undefined) this.#first = waiter
    else this.#last.behind = waiter
    this.#last = waiter
  }

  remove(waiter: A): void {
    if (waiter.before === undefined) this.#first = waiter.behind
    else waiter.before.behind = waiter.behind
    if (waiter.behind === undefined) this.#last = waiter.before
    else waiter.behind.before = waiter.before
    waiter.line = undefined
    waiter.before = undefined
    waiter.behind = undefined
  }
}
