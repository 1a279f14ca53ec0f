/**
 * Runs effects at a time that the test sets.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"

const clockAt = (nowMs: number): Clock.Clock => ({
  currentTimeMillisUnsafe: () => nowMs,
  currentTimeMillis: Effect.succeed(nowMs),
  currentTimeNanosUnsafe: () => BigInt(nowMs) * 1_000_000n,
  currentTimeNanos: Effect.succeed(BigInt(nowMs) * 1_000_000n),
  monotonicTimeNanosUnsafe: () => BigInt(nowMs) * 1_000_000n,
  monotonicTimeNanos: Effect.succeed(BigInt(nowMs) * 1_000_000n),
  sleep: () => Effect.die("nothing sleeps here")
})

/** What it fails with is thrown. */
export const runAt = <A, E>(nowMs: number, effect: Effect.Effect<A, E>): Promise<A> =>
  Effect.runPromise(Effect.provideService(effect, Clock.Clock, clockAt(nowMs)))

export const failureAt = <A, E>(nowMs: number, effect: Effect.Effect<A, E>): Promise<E> =>
  runAt(nowMs, Effect.flip(effect))
