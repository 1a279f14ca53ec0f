/**
 * The most that was held at once, by unit, over all accounts: what the limits of a provider must have room for.
 */
import type { HoldNote } from "./account-book.ts"
import { Heap } from "./heap.ts"

interface Part {
  readonly unit: string
  readonly note: HoldNote
}

export class Peak {
  readonly #held = new Map<string, number>()
  readonly #peak = new Map<string, number>()
  readonly #deadlines = new Heap<Part>()

  hold(unit: string, note: HoldNote): void {
    const held = (this.#held.get(unit) ?? 0) + note.held
    this.#held.set(unit, held)
    this.#peak.set(unit, Math.max(this.#peak.get(unit) ?? 0, held))
    this.#deadlines.push(note.deadlineMs, { unit, note })
  }

  /** What is held no more, by an ending. An expired hold was taken off at its deadline. */
  end(unit: string, note: HoldNote, atMs: number): void {
    if (note.deadlineMs > atMs) this.#take(unit, note)
  }

  /** Time has come to `atMs`. A hold whose deadline was put off meanwhile is looked at again then. */
  pass(atMs: number): void {
    for (let next = this.#deadlines.nextAt; next !== undefined && next <= atMs; next = this.#deadlines.nextAt) {
      const part = this.#deadlines.pop()
      if (part === undefined) return
      if (part.note.deadlineMs > atMs) {
        if (!part.note.isGone) this.#deadlines.push(part.note.deadlineMs, part)
      } else if (!part.note.isGone) {
        this.#take(part.unit, part.note)
      }
    }
  }

  get byUnit(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#peak)
  }

  #take(unit: string, note: HoldNote): void {
    this.#held.set(unit, (this.#held.get(unit) ?? 0) - note.held)
  }
}
