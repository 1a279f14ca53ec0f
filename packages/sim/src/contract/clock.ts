/**
 * The clock of one call: it stands at the time that the test says.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"

/** The clock of the process. Whatever waits, waits by it: a store's time-outs and retries must work as they do in production. */
const live = Effect.runSync(Clock.Clock)

export const clockAt = (nowMs: number): Clock.Clock => ({
  currentTimeMillisUnsafe: () => nowMs,
  currentTimeMillis: Effect.succeed(nowMs),
  currentTimeNanosUnsafe: () => BigInt(nowMs) * 1_000_000n,
  currentTimeNanos: Effect.sync(() => BigInt(nowMs) * 1_000_000n),
  monotonicTimeNanosUnsafe: () => live.monotonicTimeNanosUnsafe(),
  monotonicTimeNanos: live.monotonicTimeNanos,
  sleep: (duration) => live.sleep(duration)
})
