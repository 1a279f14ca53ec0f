/**
 * One call to the store: a fiber whose scheduler and clock are this object, so that the world decides when it goes on and what time it sees.
 */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Exit from "effect/Exit"
import * as Scheduler from "effect/Scheduler"

/** What a call needs from its world. */
export interface TimeOf {
  nowMs: number
  /** Counts the readings of the clock, in all calls. */
  readings: number
}

/** A fiber that takes this many steps without an end yields, so that an endless loop is a hang and not the end of the simulator. */
const OPERATIONS_BEFORE_YIELD = 2_048

export class Call<A, E> implements Scheduler.Scheduler, Clock.Clock {
  readonly executionMode = "async"
  readonly tasks: Array<() => void> = []
  readonly sleepers: Array<{ readonly atMs: number; readonly wake: () => void }> = []
  exit: Exit.Exit<A, E> | undefined = undefined
  /**
   * The last time that the call read its clock, and the how-manieth reading of all that was. A store reads it once, after its locks, so this is the
   * moment at which the call counts: its point in the order of all. 0: it never read it.
   */
  readMs = 0
  reading = 0
  /** The same of the moment when it was last told to go on: for one that rode in another call's flush (`batched`) and read no clock of its own. */
  wokenMs = 0
  woken = 0
  readonly #time: TimeOf
  readonly #run: ReturnType<typeof Effect.runForkWith<never>>

  constructor(time: TimeOf) {
    this.#time = time
    this.#run = Effect.runForkWith(Context.add(Context.make(Scheduler.Scheduler, this), Clock.Clock, this))
  }

  /** It ended, and left nothing behind: the next call may use this object. That saves half of what a call costs. */
  get isSpent(): boolean {
    return this.exit !== undefined && this.tasks.length === 0 && this.sleepers.length === 0
  }

  /** Runs until the end or the first yield. Costs about 0.2 microseconds over the effect itself. */
  start(effect: Effect.Effect<A, E>): void {
    this.readMs = 0
    this.reading = 0
    this.wokenMs = this.#time.nowMs
    this.woken = 0
    const fiber = this.#run(effect)
    this.exit = fiber.pollUnsafe()
    if (this.exit === undefined) {
      fiber.addObserver((exit) => {
        this.exit = exit
      })
    }
  }

  shouldYield(fiber: { readonly currentOpCount: number }): boolean {
    return fiber.currentOpCount >= OPERATIONS_BEFORE_YIELD
  }

  makeDispatcher(): Scheduler.SchedulerDispatcher {
    return {
      scheduleTask: (task) => {
        this.tasks.push(task)
        this.wokenMs = this.#time.nowMs
        this.woken = this.#time.readings
      },
      flush: () => {
        while (this.step());
      }
    }
  }

  /** Runs the oldest waiting task; false if there is none. */
  step(): boolean {
    const task = this.tasks.shift()
    if (task === undefined) return false
    task()
    return true
  }

  /** Wakes whoever slept until now. */
  wake(): void {
    for (let index = 0; index < this.sleepers.length;) {
      const sleeper = this.sleepers[index]!
      if (sleeper.atMs > this.#time.nowMs) index++
      else {
        this.sleepers.splice(index, 1)
        this.tasks.push(sleeper.wake)
      }
    }
  }

  currentTimeMillisUnsafe(): number {
    this.readMs = this.#time.nowMs
    this.reading = ++this.#time.readings
    return this.readMs
  }
  currentTimeNanosUnsafe(): bigint {
    return BigInt(this.currentTimeMillisUnsafe()) * 1_000_000n
  }
  /** Elapsed time orders nothing, so it is no reading. */
  monotonicTimeNanosUnsafe(): bigint {
    return BigInt(this.#time.nowMs) * 1_000_000n
  }
  get currentTimeMillis(): Effect.Effect<number> {
    return Effect.sync(() => this.currentTimeMillisUnsafe())
  }
  get currentTimeNanos(): Effect.Effect<bigint> {
    return Effect.sync(() => this.currentTimeNanosUnsafe())
  }
  get monotonicTimeNanos(): Effect.Effect<bigint> {
    return Effect.sync(() => this.monotonicTimeNanosUnsafe())
  }
  sleep(duration: Duration.Duration): Effect.Effect<void> {
    return Effect.callback<void>((resume) => {
      const sleeper = {
        atMs: Math.ceil(this.#time.nowMs + Duration.toMillis(duration)),
        wake: () => resume(Effect.void)
      }
      this.sleepers.push(sleeper)
      return Effect.sync(() => {
        const index = this.sleepers.indexOf(sleeper)
        if (index >= 0) this.sleepers.splice(index, 1)
      })
    })
  }
}
