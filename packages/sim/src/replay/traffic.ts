/**
 * Plays the rows of a trace: each comes at its time, asks the front, and if it is granted, tells what its prompt used, lasts
 * as long as its tokens need, and ends at what it really used.
 */
import type { Denial, Quota, Reservation } from "@tallystick/core"

import { Random } from "./random.ts"
import { ReplayError } from "./replay-error.ts"
import { type Request, requestOf } from "./request.ts"
import type { ReplaySettings } from "./settings.ts"
import type { TraceRow } from "./trace.ts"
import type { VirtualTime } from "./virtual-time.ts"
import { zipf } from "./zipf.ts"

/** The stream of a seed from which users are chosen; a made trace has another. */
const USERS_STREAM = 2

export class Traffic {
  requests = 0
  granted = 0
  denied = 0
  readonly #rows: ReadonlyArray<TraceRow>
  readonly #quota: Quota
  readonly #time: VirtualTime
  readonly #settings: ReplaySettings
  readonly #anyUser: () => number
  /** Who was denied at the last row, and comes again with the next one. */
  #again: number | undefined

  constructor(rows: ReadonlyArray<TraceRow>, quota: Quota, time: VirtualTime, settings: ReplaySettings, seed: number) {
    this.#rows = rows
    this.#quota = quota
    this.#time = time
    this.#settings = settings
    this.#anyUser = zipf(settings.users, new Random(seed, USERS_STREAM))
    this.#schedule(0)
  }

  #schedule(index: number): void {
    const row = this.#rows[index]
    if (row !== undefined) this.#time.at(row.atMs, () => this.#arrive(row, index))
  }

  #arrive(row: TraceRow, index: number): void {
    const again = this.#again
    const user = again ?? this.#anyUser()
    this.#again = undefined
    const request = requestOf(row, index, user, this.#settings)
    this.#time.track(
      this.#call(request, () => {
        // Once: a user who is out of credit would take every further row of the trace.
        if (again === undefined) this.#again = user
      })
    )
    this.#schedule(index + 1)
  }

  async #call(request: Request, onDenied: () => void): Promise<void> {
    this.requests++
    const turn = await this.#open(request)
    if (!turn.granted) {
      this.denied++
      onDenied()
      return
    }
    this.granted++
    const now = this.#time.nowMs()
    this.#time.at(now + request.promptMs, () => turn.used(request.promptUse))
    this.#time.at(now + request.durationMs, () => this.#time.track(this.#end(turn, request)))
  }

  #open({ requestId, limits, estimate }: Request): Promise<Reservation | Denial> {
    return this.#quota.open({ requestId, limits, estimate })
  }

  async #end(turn: Reservation, { requestId, actual }: Request): Promise<void> {
    const { delivered, problem } = await turn.finalize(actual)
    if (!delivered || problem !== null) {
      throw new ReplayError(`the end of ${requestId} did not reach the store: ${problem?.kind ?? "undelivered"}`)
    }
  }
}
