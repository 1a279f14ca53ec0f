/** How full a flush must be to leave while others are under way. */
import * as Effect from "effect/Effect"

import type { Share } from "./batch-queue.ts"
import type { Flight } from "./flush-request.ts"

export interface PaceBounds {
  readonly maxCommands: number
  readonly maxBytes: number
  /** What is sent first is applied first: then an account may be in several flushes in flight. */
  readonly isOrdered: boolean
}

/**
 * Two flushes that take turns keep both sides at work: while the store has one, the client reads the other's answers and writes the next. More of them, and
 * smaller, only cost: Postgres takes some 300 us for a flush however small it is, and 20 to 40 for a command. With four as they came, 64 callers of 1,000
 * accounts had some 16 commands in each: 156 to 198 us of the server's CPU a pair, and 102 to 115 with halves (1.1 and 1.75 times rate-limiter-flexible).
 */
const WORTH_A_FLUSH = 16

/** A flush of 256 commands takes Postgres some 10 ms. One that takes longer than this waits for a lock, or for a server that is away. */
const PATIENCE_MS = 20

export class Pace {
  readonly #bounds: PaceBounds
  /** Flushes under way. */
  inFlight = 0
  /** Those of them that are not known to be slow, and so may be waited for. */
  readonly #brisk = new Set<Flight>()
  #briskCommands = 0
  #isWatching = false

  constructor(bounds: PaceBounds) {
    this.#bounds = bounds
  }

  departed(flight: Flight): void {
    this.inFlight++
    this.#brisk.add(flight)
    this.#briskCommands += flight.commands
  }

  landed(flight: Flight): void {
    this.inFlight--
    this.#forget(flight)
  }

  /** What the next flush takes of so many commands that wait; undefined: they wait for one that is under way. */
  share(waits: number): Share | undefined {
    const { isOrdered, maxBytes, maxCommands } = this.#bounds
    const half = Math.ceil((waits + this.#briskCommands) / 2)
    const worth = Math.min(WORTH_A_FLUSH, maxCommands)
    // Where flushes are not ordered each has a connection of its own, and four callers are better off as two and two than as four.
    if (this.#brisk.size > 0 && waits < (isOrdered ? worth : Math.min(worth, half))) return undefined
    const fair = Math.max(half, worth)
    if (isOrdered) return { maxCommands: Math.min(maxCommands, fair), maxBytes }
    // Of an account that can be in one flush at a time nothing is left for the other: it is halved by accounts, as far as there are several.
    return { maxCommands, maxBytes, enough: fair < maxCommands ? fair : Infinity }
  }

  /**
   * What is under way now has so long to come back (by the clock of its first caller), what leaves meanwhile has until the next time. Then nobody waits for it any more: it may be waiting for a lock of somebody else's, which is no affair of
   * the other accounts. Over one ordered connection nothing could overtake it.
   */
  watch(passed: () => void): void {
    const watched = [...this.#brisk]
    const [first] = watched
    if (first === undefined || this.#isWatching || this.#bounds.isOrdered) return
    this.#isWatching = true
    Effect.runForkWith(first.batch[0]!.services)(Effect.sleep(PATIENCE_MS)).addObserver(() => {
      this.#isWatching = false
      for (const flight of watched) this.#forget(flight)
      passed()
    })
  }

  #forget(flight: Flight): void {
    if (this.#brisk.delete(flight)) this.#briskCommands -= flight.commands
  }
}
