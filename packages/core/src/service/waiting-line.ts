/**
 * Turns that wait for their next renewal, all for equally long: so they stand in order of time, and one timer serves the line. (A fiber and a timer per turn
 * cost 4 µs, a tenth of a whole turn in memory.)
 */

/** The heartbeat of a turn, while it waits or while it beats. */
export interface Beating<Self extends Beating<Self>> {
  /** When the next renewal is due, ms by the monotonic clock. */
  dueMs: number
  /** Where it waits; undefined: it beats, or is over. */
  line: WaitingLine<Self> | undefined
  before: Self | undefined
  behind: Self | undefined
}

export class WaitingLine<A extends Beating<A>> {
  /** A fiber sleeps until the first is due. */
  isWatched = false
  #first: A | undefined
  #last: A | undefined

  get first(): A | undefined {
    return this.#first
  }

  /** To the end of the line: it came last, so it is due last. */
  add(beating: A): void {
    beating.line = this
    beating.before = this.#last
    beating.behind = undefined
    if (this.#last === undefined) this.#first = beating
    else this.#last.behind = beating
    this.#last = beating
  }

  remove(beating: A): void {
    if (beating.before === undefined) this.#first = beating.behind
    else beating.before.behind = beating.behind
    if (beating.behind === undefined) this.#last = beating.before
    else beating.behind.before = beating.before
    beating.line = undefined
    beating.before = undefined
    beating.behind = undefined
  }
}
