/**
 * Where a scenario waits: before and after each call to the store, and while it sleeps. The tape says which gate opens next.
 */

/** Something that waits. */
export interface Gate {
  readonly client: number
  /** `c1 reserve r1: 5 of a`. */
  readonly words: string
  /** null: at once. */
  readonly atMs: number | null
  readonly open: (choice: number) => Promise<void> | void
}

export class Gates {
  #waiting: Array<Gate> = []
  /** Counts gates, so that one can see whether anything new came. */
  arrivals = 0

  add(gate: Gate): void {
    this.#waiting.push(gate)
    this.arrivals++
  }

  remove(gate: Gate): void {
    this.#waiting = this.#waiting.filter((other) => other !== gate)
  }

  /** A client is gone: nothing of it goes on. */
  removeAll(client: number): void {
    this.#waiting = this.#waiting.filter((gate) => gate.client !== client)
  }

  /** Those that can open now, in order of arrival. */
  ready(nowMs: number): ReadonlyArray<Gate> {
    return this.#waiting.filter(({ atMs }) => atMs === null || atMs <= nowMs)
  }

  /** When the first sleeper wakes; undefined: nobody sleeps. */
  earliest(): number | undefined {
    const times = this.#waiting.flatMap(({ atMs }) => (atMs === null ? [] : [atMs]))
    return times.length === 0 ? undefined : Math.min(...times)
  }
}
