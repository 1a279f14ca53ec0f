/**
 * Random programs over a route give what each of its stores gives alone.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as fc from "fast-check"
import { expect, test } from "vitest"

import { memoryStore } from "../../../adapter-memory/src/index.ts"
import type { Command } from "../../src/machine/command.ts"
import { route } from "../../src/store/index.ts"
import { callsOf, pool, settingsArbitrary, stepsArbitrary, windowAt } from "../machine/random.ts"

/** The accounts of the first store: all that the ids r1, r3, r4 and r5 mostly name, and none that r2 does. */
const first: ReadonlyArray<string> = ["a", "\u{1F600}"]
const sideOf = (account: string): 0 | 1 => (first.includes(account) ? 0 : 1)

const runAt = <A, E>(nowMs: number, effect: Effect.Effect<A, E>): A => {
  const nowNanos = BigInt(nowMs) * 1_000_000n
  const clock: Clock.Clock = {
    currentTimeMillisUnsafe: () => nowMs,
    currentTimeMillis: Effect.succeed(nowMs),
    currentTimeNanosUnsafe: () => nowNanos,
    currentTimeNanos: Effect.succeed(nowNanos),
    monotonicTimeNanosUnsafe: () => nowNanos,
    monotonicTimeNanos: Effect.succeed(nowNanos),
    sleep: () => Effect.never
  }
  return Effect.runSync(Effect.provideService(effect, Clock.Clock, clock))
}

// A call of several commands collects at other moments than one by one; where the clock never goes back, none shows.
test.each(["forwards", "near"] as const)(
  "answers and numbers are those of each store alone: the clock goes %s",
  (moves) => {
    const seen = { split: 0, refused: 0 }
    fc.assert(
      fc.property(settingsArbitrary, stepsArbitrary(40), (settings, steps) => {
        const alone = [memoryStore(settings), memoryStore(settings)] as const
        const store = memoryStore(settings)
        const routed = route({
          routes: [
            { accounts: "a", store },
            { accounts: (account) => sideOf(account) === 1, store: memoryStore(settings) }
          ],
          otherwise: store
        })
        for (const { nowMs, commands } of callsOf(steps, moves)) {
          const sides = commands.map(({ legs }) => new Set(legs.map(({ account }) => sideOf(account))))
          const exit = runAt(nowMs, Effect.exit(routed.execute(commands)))
          if (sides.some(({ size }) => size > 1)) {
            seen.refused += 1
            expect(exit).toMatchObject({ _tag: "Failure" })
          } else {
            if (new Set(sides.flatMap((side) => [...side])).size > 1) seen.split += 1
            // One by one, each on the store of its accounts: what a call saves is round trips only.
            const one = (command: Command) => alone[sideOf(command.legs[0].account)].execute([command])
            const outcomes = commands.flatMap((command) => runAt(nowMs, one(command)))
            expect(exit).toEqual(Exit.succeed(outcomes))
          }
          const refs = pool.map(({ account, limit, window }) => ({ account, window: windowAt(window, nowMs), limit }))
          const numbers = refs.map((ref) => runAt(nowMs, alone[sideOf(ref.account)].usage([ref]))[0])
          expect(runAt(nowMs, routed.usage(refs))).toEqual(numbers)
        }
      }),
      { numRuns: 150 }
    )
    // Both happen, or this test says little.
    expect(seen.split).toBeGreaterThan(50)
    expect(seen.refused).toBeGreaterThan(50)
  },
  60_000
)
