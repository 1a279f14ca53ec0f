/**
 * A binary heap of things that happen at a time. Things of one time come out in the order in which they were put in, so
 * that a run depends on nothing but what was put in.
 */
interface Item<A> {
  readonly at: number
  readonly order: number
  readonly value: A
}

export class Heap<A> {
  readonly #items: Array<Item<A>> = []
  #order = 0

  get size(): number {
    return this.#items.length
  }

  /** When the next thing happens; undefined: nothing is left. */
  get nextAt(): number | undefined {
    return this.#items[0]?.at
  }

  push(at: number, value: A): void {
    const item = { at, order: this.#order++, value }
    const items = this.#items
    let index = items.length
    items.push(item)
    while (index > 0) {
      const parent = (index - 1) >> 1
      const above = items[parent]
      if (above === undefined || isBefore(above, item)) break
      items[index] = above
      index = parent
    }
    items[index] = item
  }

  pop(): A | undefined {
    const items = this.#items
    const first = items[0]
    const last = items.pop()
    if (first !== undefined && last !== undefined && items.length > 0) this.#sink(last)
    return first?.value
  }

  #sink(item: Item<A>): void {
    const items = this.#items
    let index = 0
    for (;;) {
      const left = items[2 * index + 1]
      const right = items[2 * index + 2]
      const below = right !== undefined && left !== undefined && isBefore(right, left) ? right : left
      if (below === undefined || isBefore(item, below)) break
      items[index] = below
      index = 2 * index + (below === left ? 1 : 2)
    }
    items[index] = item
  }
}

const isBefore = (a: Item<unknown>, b: Item<unknown>): boolean => a.at < b.at || (a.at === b.at && a.order < b.order)
