/**
 * Deadlines of calls that are under way, all for equally long: so they stand in order of time, and one timer serves them all. (A fiber and a timer per call
 * cost 2 µs. Of 64 callers whose answers come together the first call sets it, and the last answer stops it.)
 */
import type * as Clock from "effect/Clock"
import type * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as Fiber from "effect/Fiber"

import { monotonicMsOf } from "./environment.ts"
import { type Waiter, WaitingLine } from "./waiting-line.ts"

/** A timer that is late by so long will not come: a test faked the timers when it was set, and left the call behind. */
const LOST_MS = 1_000

/** The deadline of one call. */
export class Deadline implements Waiter<Deadline> {
  dueMs: number
  line: WaitingLine<Deadline> | undefined = undefined
  before: Deadline | undefined = undefined
  behind: Deadline | undefined = undefined
  readonly pass: () => void

  constructor(dueMs: number, pass: () => void) {
    this.dueMs = dueMs
    this.pass = pass
  }
}

export class Deadlines {
  readonly #clock: Clock.Clock
  readonly #withinMs: number
  readonly #line = new WaitingLine<Deadline>()
  /** Sleeps until one is due; undefined: nobody waits. So it keeps no process alive that has nothing under way. */
  #timer: Fiber.Fiber<void> | undefined

  constructor(clock: Clock.Clock, withinMs: number) {
    this.#clock = clock
    this.#withinMs = withinMs
  }

  /** `pass` is called when the time is over, unless the deadline is removed before. */
  add(context: Context.Context<never>, pass: () => void): Deadline {
    const nowMs = monotonicMsOf(this.#clock)
    const deadline = new Deadline(nowMs + this.#withinMs, pass)
    this.#line.add(deadline)
    const first = this.#line.first!
    // Behind others it is not the next that is due, also where these are passing and nothing sleeps.
    if (first === deadline) this.#sleep(context, deadline.dueMs, this.#withinMs)
    else if (first.dueMs + LOST_MS < nowMs) this.#sleep(context, nowMs, 0)
    return deadline
  }

  /** The call has ended. */
  remove(deadline: Deadline): void {
    if (deadline.line === undefined) return
    this.#line.remove(deadline)
    if (this.#line.first === undefined) this.#stop()
  }

  #stop(): void {
    this.#timer?.interruptUnsafe()
    this.#timer = undefined
  }

  #sleep(context: Context.Context<never>, untilMs: number, ms: number): void {
    this.#timer = Effect.runForkWith(context)(Effect.sleep(ms))
    this.#timer.addObserver((exit) => {
      if (Exit.isFailure(exit)) return
      this.#timer = undefined
      this.#passUntil(context, untilMs)
    })
  }

  /** A timer may end a little early, and a simulated world may have one that goes by another clock: what it slept for has passed. */
  #passUntil(context: Context.Context<never>, sleptUntilMs: number): void {
    const nowMs = Math.max(monotonicMsOf(this.#clock), sleptUntilMs)
    try {
      for (let first = this.#line.first; first !== undefined && first.dueMs <= nowMs; first = this.#line.first) {
        this.#line.remove(first)
        first.pass()
      }
    } finally {
      // Whoever was late may have called again meanwhile; and if one threw, others are still due.
      const next = this.#line.first
      if (next !== undefined && this.#timer === undefined)
        this.#sleep(context, next.dueMs, Math.max(0, Math.ceil(next.dueMs - nowMs)))
    }
  }
}

const all = new WeakMap<Clock.Clock, Map<number, Deadlines>>()

/** Those of all calls by one clock that may take equally long: a quota has one time-out for its calls. */
export const deadlinesOf = (clock: Clock.Clock, withinMs: number): Deadlines => {
  let byTime = all.get(clock)
  if (byTime === undefined) all.set(clock, (byTime = new Map()))
  let deadlines = byTime.get(withinMs)
  if (deadlines === undefined) byTime.set(withinMs, (deadlines = new Deadlines(clock, withinMs)))
  return deadlines
}
