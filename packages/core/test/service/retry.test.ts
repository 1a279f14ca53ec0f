import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import { describe, expect, test } from "vitest"

import { retryOnFailure } from "../../src/service/retry.ts"

/** What is waited before each try, and how it ended. */
const run = async (fails: number, retry: typeof retryOnFailure, lasting = false) => {
  const waits: Array<number> = []
  let tries = 0
  const effect = Effect.suspend(() => (tries++ < fails ? Effect.fail(tries) : Effect.succeed("done")))
  const schedule = Schedule.exponential(50).pipe(
    Schedule.upTo({ times: 2 }),
    Schedule.tap(({ duration }) => Effect.sync(() => waits.push(Number(duration))))
  )
  const exit = await Effect.runPromise(
    Effect.result(retry(effect, { schedule, while: (error) => (lasting ? error < 2 : true) }))
  )
  return { tries, waits: waits.length, exit: exit._tag, value: exit._tag === "Success" ? exit.success : exit.failure }
}

describe("retryOnFailure is Effect.retry", () => {
  test.for([
    [0, false],
    [1, false],
    [2, false],
    [3, false],
    [9, true]
  ] as const)("after %d failures, some of which last: %s", async ([fails, lasting]) => {
    const ours = await run(fails, retryOnFailure, lasting)
    expect(ours).toEqual(await run(fails, Effect.retry as never, lasting))
  })

  test("it begins anew each time that it is run", async () => {
    let tries = 0
    const effect = retryOnFailure(
      Effect.suspend(() => (tries++ % 2 === 0 ? Effect.fail("once") : Effect.succeed(tries))),
      { schedule: Schedule.recurs(3), while: () => true }
    )
    expect([await Effect.runPromise(effect), await Effect.runPromise(effect)]).toEqual([2, 4])
  })
})
