/**
 * A queue that one can also leave from the middle, in constant time: what is to be collected, oldest first.
 *
 * (A `Set` keeps order too, but its deleted front is walked again at every look: with 100,000 gone before the first that stays, each look costs 100,000.)
 */
export interface Queued<A> {
  before: A | undefined
  behind: A | undefined
}

export class Queue<A extends Queued<A>> {
  size = 0
  #first: A | undefined
  #last: A | undefined

  get first(): A | undefined {
    return this.#first
  }

  push(item: A): void {
    item.before = this.#last
    item.behind = undefined
    if (this.#last === undefined) this.#first = item
    else this.#last.behind = item
    this.#last = item
    this.size++
  }

  remove(item: A): void {
    if (item.before === undefined) this.#first = item.behind
    else item.before.behind = item.behind
    if (item.behind === undefined) this.#last = item.before
    else item.behind.before = item.before
    item.before = undefined
    item.behind = undefined
    this.size--
  }
}
