/**
 * The machine against the Book: two that share no code and one set of rules, over the same long random sequences.
 */
import { Book } from "../../../sim/src/oracle/book.ts"
import * as fc from "fast-check"
import { expect, test } from "vitest"

import { given } from "./given.ts"
import { callsOf, pool, settingsArbitrary, stepsArbitrary, windowAt } from "./random.ts"

test("every answer and every account's numbers are the Book's", () => {
  fc.assert(
    fc.property(settingsArbitrary, stepsArbitrary(40), (settings, steps) => {
      const world = given({}, settings)
      const book = new Book(settings)
      for (const { nowMs, commands } of callsOf(steps)) {
        world.at(nowMs)
        const answers = commands.map((command) => world.execute(command).answer)
        expect(answers).toEqual(book.execute(commands, nowMs))
        const refs = pool.map(({ account, window, limit }) => ({ account, window: windowAt(window, nowMs), limit }))
        expect(refs.map((ref) => world.read(ref))).toEqual(book.usage(refs, nowMs))
      }
    }),
    { numRuns: 300 }
  )
}, 60_000)
