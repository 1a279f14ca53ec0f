/**
 * The due rows of one account in order of tick and period. There is at most one per second and period, however many holds, so that a sorted array is
 * small (300 rows for a time to live of five minutes); finding a row is a binary search.
 */
import { addedDue, compareDue } from "@tallystick/core/machine"
import type { DueDelta, DueNeeded, DueRow } from "@tallystick/core/machine"

export class DueIndex {
  readonly #rows: Array<DueRow> = []

  get size(): number {
    return this.#rows.length
  }

  clear(): void {
    this.#rows.length = 0
  }

  add(delta: DueDelta): void {
    const index = this.#indexOf(delta)
    const found = this.#rows[index]
    if (found === undefined || compareDue(found, delta) !== 0) {
      this.#rows.splice(index, 0, delta)
      return
    }
    const sum = addedDue(found, delta)
    if (sum === undefined) this.#rows.splice(index, 1)
    else this.#rows[index] = sum
  }

  /** The rows that a command needs, in order. */
  fetch(needed: DueNeeded): ReadonlyArray<DueRow> {
    const rows = this.#rows
    if (rows.length === 0) return rows.slice()
    const later = this.#indexOf({ tickMs: needed.throughMs + 1, period: 0, count: 0, amount: 0, cost: 0 })
    const picked = rows.slice(0, later)
    if (later === rows.length) return picked
    const indexes = [later, this.#firstOf(needed.period, later)]
    for (const tickMs of needed.ticks) {
      for (
        let at = this.#indexOf({ tickMs, period: 0, count: 0, amount: 0, cost: 0 });
        rows[at]?.tickMs === tickMs;
        at++
      )
        indexes.push(at)
    }
    const wanted = [...new Set(indexes)].filter((at) => at >= later && at < rows.length)
    for (const at of wanted.toSorted((left, right) => left - right)) picked.push(rows[at]!)
    return picked
  }

  #firstOf(period: number, from: number): number {
    let at = from
    while (at < this.#rows.length && this.#rows[at]!.period !== period) at++
    return at
  }

  /** Where the row is, or would be. */
  #indexOf(row: DueRow): number {
    let low = 0
    let high = this.#rows.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (compareDue(this.#rows[middle]!, row) < 0) low = middle + 1
      else high = middle
    }
    return low
  }
}
