/**
 * The time of a replay: it stands still while something happens and then jumps to the next thing. The front and the memory
 * store take it for the clock.
 *
 * One thing happens at a time. The next one waits until the front has nothing left to do now: no call to the store is under
 * way, and for two turns of the event loop nobody called, slept or finished.
 */
import type { QuotaClock } from "@tallystick/core"

import { turn, until } from "../turn.ts"
import { Heap } from "./heap.ts"
import { ReplayError } from "./replay-error.ts"

/** Two: a fiber that was only just started has its first turn in the next. */
const QUIET_TURNS = 2

/** For stores that do I/O, in real time. In virtual time the front's own deadline for a call never comes. */
const LONGEST_CALL_MS = 30_000

interface Timer {
  readonly act: () => void
  isCancelled: boolean
}

export class VirtualTime implements QuotaClock {
  #nowMs: number
  readonly #timers = new Heap<Timer>()
  #underWay = 0
  #activity = 0
  #failure: { readonly error: unknown } | undefined

  constructor(startMs: number) {
    this.#nowMs = startMs
  }

  readonly nowMs = (): number => this.#nowMs

  readonly after = (ms: number, wake: () => void): (() => void) => this.at(this.#nowMs + ms, wake)

  at(atMs: number, act: () => void): () => void {
    const timer = { act, isCancelled: false }
    this.#timers.push(atMs, timer)
    this.#activity++
    return () => {
      timer.isCancelled = true
    }
  }

  /** A call to the store begins; gives the function to call when it has ended. */
  callBegins(): () => void {
    this.#underWay++
    this.#activity++
    return () => {
      this.#underWay--
      this.#activity++
    }
  }

  /** A part of the replay that waits for the front. What it throws, the next step throws. */
  track(work: Promise<void>): void {
    work.then(
      () => this.#activity++,
      (error: unknown) => {
        this.#failure ??= { error }
      }
    )
  }

  /** Jumps to the next thing and lets it happen. false: there is none. */
  async step(): Promise<boolean> {
    for (;;) {
      const atMs = this.#timers.nextAt
      const timer = this.#timers.pop()
      if (atMs === undefined || timer === undefined) return false
      if (timer.isCancelled) continue
      this.#nowMs = Math.max(this.#nowMs, atMs)
      const before = this.#activity
      timer.act()
      if (this.#activity !== before) await this.#settle()
      return true
    }
  }

  /** Lets time pass in which nothing happens. */
  async pass(ms: number): Promise<void> {
    this.#nowMs += ms
    await this.#settle()
  }

  async #settle(): Promise<void> {
    for (let quiet = 0; quiet < QUIET_TURNS; quiet++) {
      const before = this.#activity
      await turn()
      if (this.#underWay > 0) await until(() => this.#underWay === 0, 0, LONGEST_CALL_MS)
      if (this.#underWay > 0) throw new ReplayError(`the store has not answered for ${LONGEST_CALL_MS / 1_000} s`)
      if (this.#failure !== undefined) throw this.#failure.error
      if (this.#activity !== before) quiet = -1
    }
  }
}
