/**
 * The memory store over random sequences: it answers what the Book says, whatever is swept in between, and its rows are the fold of its changes.
 */
import type { Change } from "@tallystick/core/machine"
import * as fc from "fast-check"
import { expect, test } from "vitest"

import { given, writeTo } from "../../core/test/machine/given.ts"
import type { Rows } from "../../core/test/machine/given.ts"
import { callsOf, pool, settingsArbitrary, stepsArbitrary, windowAt } from "../../core/test/machine/random.ts"
import { Book } from "../../sim/src/oracle/book.ts"
import { timed } from "./at.ts"

// An account whose row is collected begins with the plain clock again, and the Book's goes on: the same where the clock never went back.
test.each(["forwards", "near"] as const)(
  "answers, numbers and holds are the Book's, swept or not: the clock goes %s",
  (moves) => {
    fc.assert(
      fc.property(settingsArbitrary, stepsArbitrary(40), fc.nat({ max: 5 }), (settings, steps, sweep) => {
        const w = timed(settings)
        const book = new Book(settings)
        for (const { nowMs, commands } of callsOf(steps, moves)) {
          w.at(nowMs)
          expect(w.run(w.store.execute(commands))).toEqual(book.execute(commands, nowMs))
          if (sweep > 0) w.run(w.store.sweep(sweep))
          const refs = pool.map(({ account, window, limit }) => ({ account, window: windowAt(window, nowMs), limit }))
          expect(w.run(w.store.usage(refs))).toEqual(book.usage(refs, nowMs))
          for (const ref of refs)
            expect(w.run(w.store.holds(ref, { limit: 10 })).items).toMatchObject(book.holds(ref, nowMs))
        }
      }),
      { numRuns: 120 }
    )
  },
  60_000
)

test("an account's time and revision never fall, collected or not, though the clock steps back by up to an hour", () => {
  fc.assert(
    fc.property(settingsArbitrary, stepsArbitrary(40), (settings, steps) => {
      const w = timed(settings)
      const last = new Map<string, { revision: number; timeMs: number }>()
      for (const { nowMs, commands } of callsOf(steps, "hour")) {
        for (const answer of w.at(nowMs).run(w.store.execute(commands))) {
          if (answer.command === "lookup") continue
          for (const { account, window, revision, timeMs } of answer.accounts) {
            const key = JSON.stringify([account, window.kind])
            const was = last.get(key)
            // Revision 0: forgotten, or not there yet.
            if (revision === 0) continue
            expect(revision).toBeGreaterThanOrEqual(was?.revision ?? 0)
            expect(timeMs).toBeGreaterThanOrEqual(was?.timeMs ?? 0)
            last.set(key, { revision, timeMs })
          }
        }
        w.run(w.store.sweep(5))
      }
    }),
    { numRuns: 150 }
  )
}, 60_000)

test("the fold of its changes is the state", () => {
  fc.assert(
    fc.property(settingsArbitrary, stepsArbitrary(30), (settings, steps) => {
      const folded = new Map<string, Rows>()
      const w = timed({ ...settings, onChange: (key: string, change: Change) => writeTo(folded, key, change) })
      const world = given({}, settings)
      for (const { nowMs, commands } of callsOf(steps, "near")) {
        w.at(nowMs).run(w.store.execute(commands))
        for (const command of commands) world.at(nowMs).execute(command)
      }
      expect(folded).toEqual(world.tables)
      // What the store itself has gives the numbers that the fold gives.
      const refs = pool.map(({ account, window, limit }) => ({ account, window: windowAt(window, w.nowMs), limit }))
      expect(w.run(w.store.usage(refs))).toEqual(refs.map((ref) => world.read(ref)))
    }),
    { numRuns: 100 }
  )
}, 60_000)
