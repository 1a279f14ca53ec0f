/**
 * The store under test, built once, and how to call it at a time of the test's choice.
 */
import { QuotaStore } from "@tallystick/core/store"
import type { CallError } from "@tallystick/core/store"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Scope from "effect/Scope"

import { clockAt } from "./clock.ts"
import type { ReadOptions } from "./options.ts"
import { Skipped } from "./skipped.ts"

/** 20,000 days: a midnight in UTC, and a whole number of every window's length that the checks use. */
export const START_MS = 1_728_000_000_000

export class Subject {
  readonly store: QuotaStore
  readonly options: ReadOptions
  /** Builds and closes another store of the same layer. */
  readonly another: () => Promise<Opened>
  readonly #nonce: string
  #groups = 0

  constructor(store: QuotaStore, options: ReadOptions, nonce: string, another: () => Promise<Opened>) {
    this.store = store
    this.options = options
    this.another = another
    this.#nonce = nonce
  }

  get ownsItsClock(): boolean {
    return this.store.capabilities.clock === "store"
  }

  /** For checks that must move time. */
  needsCallersClock(): void {
    if (this.ownsItsClock) throw new Skipped("its clock is its own")
  }

  /** A name that no account had before: a server may be shared, and is not emptied. All have the same length. */
  group(): string {
    this.#groups++
    return `${this.#nonce}${this.#groups.toString(36).padStart(5, "0")}`
  }

  /** Runs a call at this time; rejects with what it fails with. */
  run<A>(call: Effect.Effect<A, CallError>, nowMs: number): Promise<A> {
    return Effect.runPromise(Effect.provideService(call, Clock.Clock, clockAt(nowMs)))
  }

  /** What a call fails with. */
  async failure<A>(call: Effect.Effect<A, CallError>, nowMs: number): Promise<CallError> {
    const made = Effect.match(call, {
      onFailure: (error) => error,
      onSuccess: () => undefined
    })
    const error = await this.run(made, nowMs)
    if (error === undefined) throw new Error("it was taken, and had to fail")
    return error
  }

  /** Runs calls at once; rejects if they have not all ended in time. */
  race<A>(calls: ReadonlyArray<Effect.Effect<A, CallError>>, nowMs: number): Promise<ReadonlyArray<A>> {
    const { raceMs } = this.options
    const all = Effect.all(calls, { concurrency: "unbounded" }).pipe(
      Effect.provideService(Clock.Clock, clockAt(nowMs)),
      Effect.timeoutOrElse({
        duration: raceMs,
        orElse: () => Effect.die(new Error(`${calls.length} calls at once had not ended after ${raceMs} ms`))
      })
    )
    return Effect.runPromise(all)
  }
}

export interface Opened {
  readonly subject: Subject
  /** Closes what the layer built. */
  readonly end: () => Promise<void>
}

/** Builds the layer. Two runs against one server do not meet: each has ids of its own. */
export const openSubject = async <E>(layer: Layer.Layer<QuotaStore, E>, options: ReadOptions): Promise<Opened> => {
  const scope = Scope.makeUnsafe()
  const context = await Effect.runPromise(Layer.buildWithScope(Layer.fresh(layer), scope))
  const store = Context.get(context, QuotaStore)
  const nonce = crypto.randomUUID().slice(0, 8)
  return {
    subject: new Subject(store, options, nonce, () => openSubject(layer, options)),
    end: () => Effect.runPromise(Scope.close(scope, Exit.void))
  }
}
