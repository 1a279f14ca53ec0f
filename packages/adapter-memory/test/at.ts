/**
 * A memory store whose clock the test sets.
 */
import { readCommand } from "@tallystick/core/machine"
import type { Command, Outcome } from "@tallystick/core/machine"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"

import { memoryStore } from "../src/index.ts"
import type { MemoryStore, MemoryStoreOptions } from "../src/index.ts"

export class Timed {
  nowMs = 0
  readonly store: MemoryStore
  readonly #clock: Clock.Clock = {
    currentTimeMillisUnsafe: () => this.nowMs,
    currentTimeMillis: Effect.sync(() => this.nowMs),
    currentTimeNanosUnsafe: () => BigInt(this.nowMs) * 1_000_000n,
    currentTimeNanos: Effect.sync(() => BigInt(this.nowMs) * 1_000_000n),
    monotonicTimeNanosUnsafe: () => BigInt(this.nowMs) * 1_000_000n,
    monotonicTimeNanos: Effect.sync(() => BigInt(this.nowMs) * 1_000_000n),
    sleep: () => Effect.die("nothing sleeps here")
  }

  constructor(options?: MemoryStoreOptions) {
    this.store = memoryStore(options)
  }

  at(nowMs: number): this {
    this.nowMs = nowMs
    return this
  }

  /** Runs it at this time; what it fails with is thrown. */
  run<A, E>(effect: Effect.Effect<A, E>): A {
    return Effect.runSync(Effect.provideService(effect, Clock.Clock, this.#clock))
  }

  failure<A, E>(effect: Effect.Effect<A, E>): E {
    return this.run(Effect.flip(effect))
  }

  /** One command, as a caller would send it. */
  do(kind: Command["kind"], id: string, more: object): Outcome {
    return this.run(this.store.execute([readCommand({ kind, id, ...more })]))[0]!
  }
}

export const timed = (options?: MemoryStoreOptions): Timed => new Timed(options)

export const leg = (more: object = {}) => ({ account: "a", unit: "u", limit: 100, ...more })
