/**
 * Whether a store is down, as its calls show it. No clock of its own, so that its rules can be tested as they are.
 *
 * Down is a store that gave an error about the whole call while no other call was answered. Then it is asked once in a
 * while only: one call goes to it, and the first answer ends it.
 */

/** A call that was sent. */
export interface Sent {
  readonly answersBefore: number
}

export class Health {
  readonly #retryAfterMs: number
  #answers = 0
  /** When it may be asked again, ms of any clock that does not go back; undefined: it is not down. */
  #retryAtMs: number | undefined
  #reason = ""

  constructor(retryAfterMs: number) {
    this.#retryAfterMs = retryAfterMs
  }

  get reason(): string {
    return this.#reason
  }

  /** Whether a call may go now; undefined: the store is down, and it is not yet time to ask it. */
  start(nowMs: number): Sent | undefined {
    if (this.#retryAtMs !== undefined) {
      if (nowMs < this.#retryAtMs) return undefined
      // This one asks for all.
      this.#retryAtMs = nowMs + this.#retryAfterMs
    }
    return { answersBefore: this.#answers }
  }

  answered(): void {
    this.#answers++
    this.#retryAtMs = undefined
  }

  /** It failed. While others are answered it is no sign of the store: its pool may be exhausted for a moment. */
  failed({ answersBefore }: Sent, reason: string, nowMs: number): void {
    if (answersBefore !== this.#answers) return
    this.#retryAtMs = nowMs + this.#retryAfterMs
    this.#reason = reason
  }
}
