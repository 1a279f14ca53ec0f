/**
 * The world of one run: its time, and the calls that are under way in the store.
 */
import type * as Effect from "effect/Effect"

import { until } from "../turn.ts"
import { Call } from "./call.ts"
import type { TimeOf } from "./call.ts"

/** What a run waits for: only stores that leave the process (or use promises) make it wait at all. */
export type Waiting<A> = Generator<Promise<unknown>, A, void>

/** Tasks that one call may take. A store of this project takes fewer than ten; one that needs so many goes round in circles. */
const MAX_TASKS = 10_000

/** Turns of the event loop that a store in this process may take for its promises. */
const MAX_TURNS = 64

/** How long to wait for a real server: far above its own time-outs. */
const REAL_WAIT_MS = 10_000

export class World implements TimeOf {
  nowMs: number
  readings = 0
  /** Calls that have begun and not ended, or that left tasks behind: to release a lock can be to schedule who waits for it. */
  readonly open: Array<Call<unknown, unknown>> = []
  /** The store is in this process: it can be stopped between its steps. A server goes on whatever the world does. */
  readonly isInProcess: boolean
  #spare: Call<unknown, unknown> | undefined = undefined

  constructor(nowMs: number, isInProcess: boolean) {
    this.nowMs = nowMs
    this.isInProcess = isInProcess
  }

  /** Time passes, or steps back. */
  jump(byMs: number): void {
    this.nowMs += byMs
    for (const call of this.open) call.wake()
  }

  /** Begins a call: it has run until its first yield, or its end. One that has ended is good until the next begins. */
  begin<A, E>(effect: Effect.Effect<A, E>): Call<A, E> {
    const call = (this.#spare ?? new Call<A, E>(this)) as Call<A, E>
    this.#spare = undefined
    call.start(effect)
    if (call.isSpent) this.#spare = call
    else this.open.push(call)
    return call
  }

  /** Lets a call take some steps, then stop again. */
  advance<A, E>(call: Call<A, E>, steps: number): void {
    for (let left = steps; left > 0 && call.exit === undefined && call.step(); left--);
    this.#forget()
  }

  /**
   * Lets a call run to its end: its own tasks first; if it waits for another one (a lock), those of the others, oldest first; if all sleep, time passes.
   * False: it hangs.
   */
  *finish<A, E>(call: Call<A, E>): Waiting<boolean> {
    let tasks = MAX_TASKS
    while (call.exit === undefined) {
      if (tasks-- === 0) return false
      if (call.step() || this.#stepOther(call) || this.#passTime()) continue
      yield until(() => call.exit !== undefined || this.#isRunnable(), MAX_TURNS, this.isInProcess ? 0 : REAL_WAIT_MS)
      if (call.exit === undefined && !this.#isRunnable()) return false
    }
    this.#forget()
    return true
  }

  #stepOther(but: unknown): boolean {
    const other = this.open.find((call) => call !== but && call.tasks.length > 0)
    if (other === undefined) return false
    other.step()
    return true
  }

  #passTime(): boolean {
    let earliest = Infinity
    for (const call of this.open) for (const sleeper of call.sleepers) earliest = Math.min(earliest, sleeper.atMs)
    if (earliest === Infinity) return false
    this.jump(Math.max(0, earliest - this.nowMs))
    return true
  }

  #isRunnable(): boolean {
    return this.open.some((call) => call.tasks.length > 0 || call.sleepers.length > 0)
  }

  /** Without the calls that are over: one can end while another one runs. */
  #forget(): void {
    for (let index = this.open.length - 1; index >= 0; index--)
      if (this.open[index]!.isSpent) this.open.splice(index, 1)
  }
}
