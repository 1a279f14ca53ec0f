/**
 * The script against the Book, by the programs that the machine itself is tested with: other ones than those of the contract suite. They found that a
 * denied growth told a renewed deadline, once in 3,528 programs.
 */
import { redisDriver, redisStore } from "@tallystick/adapter-redis"
import { Book } from "@tallystick/sim/oracle"
import { describeWith, keyPrefix, redisServer } from "@tallystick/test-servers"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as fc from "fast-check"
import { afterAll, expect, test } from "vitest"

import { callsOf, pool, settingsArbitrary, stepsArbitrary, windowAt } from "../../core/test/machine/random.ts"

const RUNS = Number(process.env["TALLYSTICK_RUNS"] ?? 300)
const prefix = await keyPrefix()

const at = <A, E>(nowMs: number, effect: Effect.Effect<A, E>): Promise<A> =>
  Effect.runPromise(
    Effect.gen(function* () {
      const clock = yield* Clock.Clock
      const still: Clock.Clock = Object.create(clock, { currentTimeMillis: { value: Effect.succeed(nowMs) } })
      return yield* Effect.provideService(effect, Clock.Clock, still)
    })
  )

describeWith(await redisServer(), "the script and the Book", ({ url }) => {
  const driver = redisDriver({ url })
  afterAll(() => driver.close())
  let stores = 0

  test("every answer and every account's numbers are the Book's", async () => {
    const property = fc.asyncProperty(settingsArbitrary, stepsArbitrary(40), async (settings, steps) => {
      const store = redisStore({ driver, prefix: `${prefix}${stores++}:`, clock: "caller", ...settings })
      const book = new Book(settings)
      for (const { nowMs, commands } of callsOf(steps)) {
        expect(await at(nowMs, store.execute(commands))).toEqual(book.execute(commands, nowMs))
        const refs = pool.map(({ account, window, limit }) => ({ account, window: windowAt(window, nowMs), limit }))
        expect(await at(nowMs, store.usage(refs))).toEqual(book.usage(refs, nowMs))
      }
    })
    await fc.assert(property, { numRuns: RUNS })
  }, 600_000)
})
