/**
 * The script against the Book: random programs in random slices, over the caller's clock.
 */
import { Book } from "@tallystick/sim/oracle"
import * as Effect from "effect/Effect"
import * as fc from "fast-check"
import { afterAll, expect, test } from "vitest"

import { redisStore } from "@tallystick/adapter-redis"
import { callsOf, pool, settingsArbitrary, stepsArbitrary, windowAt } from "../../core/test/machine/random.ts"

const url = process.env["TALLYSTICK_TEST_REDIS_URL"] ?? "redis://127.0.0.1:7777"
import { Redis } from "ioredis"
const connection = new Redis(url, {
  autoResendUnfulfilledCommands: false,
  maxRetriesPerRequest: 0,
  enableOfflineQueue: false
})
afterAll(() => connection.disconnect())
let run = process.pid * 1_000_000

import * as Clock from "effect/Clock"
const clockAt = (nowMs: number): Clock.Clock =>
  ({
    currentTimeMillisUnsafe: () => nowMs,
    currentTimeNanosUnsafe: () => BigInt(nowMs) * 1_000_000n,
    monotonicTimeNanosUnsafe: () => BigInt(nowMs) * 1_000_000n,
    currentTimeMillis: Effect.succeed(nowMs),
    currentTimeNanos: Effect.succeed(BigInt(nowMs) * 1_000_000n),
    monotonicTimeNanos: Effect.succeed(BigInt(nowMs) * 1_000_000n),
    sleep: () => Effect.void
  }) as never

test("every answer and every account's numbers are the Book's", async () => {
  await fc.assert(
    fc.asyncProperty(settingsArbitrary, stepsArbitrary(40), async (settings, steps) => {
      const store = redisStore({ connection, prefix: `b${run++}:`, clock: "caller", ...settings })
      const book = new Book(settings)
      for (const { nowMs, commands } of callsOf(steps)) {
        const answers = await Effect.runPromise(
          Effect.provideService(store.execute(commands), Clock.Clock, clockAt(nowMs))
        )
        expect(answers).toEqual(book.execute(commands, nowMs))
        const refs = pool.map(({ account, window, limit }) => ({ account, window: windowAt(window, nowMs), limit }))
        const usage = await Effect.runPromise(Effect.provideService(store.usage(refs), Clock.Clock, clockAt(nowMs)))
        expect(usage).toEqual(book.usage(refs, nowMs))
      }
    }),
    { numRuns: Number(process.env["RUNS"] ?? 100) }
  )
}, 600_000)
