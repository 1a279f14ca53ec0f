/**
 * The due rows of one account in order of tick and period. There is at most one per second and period, however many holds, so that a sorted array is
 * small (300 rows for a time to live of five minutes); finding a row is a binary search.
 */
import { addedDue, compareDue } from "@tallystick/core/machine"
import type { DueDelta, DueNeeded, DueRow } from "@tallystick/core/machine"

export class DueIndex {
  #rows: Array<DueRow> = []

  get size(): number {
    return this.#rows.length
  }

  add(delta: DueDelta): void {
    const rows = this.#rows
    const index = this.#indexOf(delta.tickMs, delta.period)
    const found = rows[index]
    // Mostly at the end, where `push` and `pop` make no array of what they move. (The first `push` would make room for seventeen.)
    if (rows.length === 0) this.#rows = [delta]
    else if (found === undefined) rows.push(delta)
    else if (compareDue(found, delta) !== 0) rows.splice(index, 0, delta)
    else {
      const sum = addedDue(found, delta)
      if (sum !== undefined) rows[index] = sum
      else if (index === rows.length - 1) rows.pop()
      else rows.splice(index, 1)
    }
  }

  /** All rows, in order. */
  all(): ReadonlyArray<DueRow> {
    return this.#rows.slice()
  }

  /** The rows that a command needs, in order. */
  fetch(needed: DueNeeded): ReadonlyArray<DueRow> {
    const rows = this.#rows
    if (rows.length === 0) return []
    const later = this.#firstAt(needed.throughMs + 1)
    const picked = rows.slice(0, later)
    if (later === rows.length) return picked
    picked.push(rows[later]!)
    const last: Array<number> = []
    let ofPeriod = later
    while (ofPeriod < rows.length && rows[ofPeriod]!.period !== needed.period) ofPeriod++
    if (ofPeriod !== later && ofPeriod < rows.length) last.push(ofPeriod)
    for (const tickMs of needed.ticks)
      for (let at = Math.max(later + 1, this.#firstAt(tickMs)); rows[at]?.tickMs === tickMs; at++)
        if (!last.includes(at)) last.push(at)
    for (const at of last.length > 1 ? last.toSorted((left, right) => left - right) : last) picked.push(rows[at]!)
    return picked
  }

  /** The first row at this tick or later. */
  #firstAt(tickMs: number): number {
    return this.#indexOf(tickMs, 0)
  }

  /** Where the row is, or would be. */
  #indexOf(tickMs: number, period: number): number {
    let low = 0
    let high = this.#rows.length
    while (low < high) {
      const middle = (low + high) >>> 1
      const row = this.#rows[middle]!
      if (row.tickMs < tickMs || (row.tickMs === tickMs && row.period < period)) low = middle + 1
      else high = middle
    }
    return low
  }
}
