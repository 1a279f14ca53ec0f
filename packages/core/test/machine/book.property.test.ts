/**
 * The machine against the Book: two that share no code and one set of rules, over the same long random sequences.
 */
import { readCommand } from "@tallystick/core/machine"
import * as fc from "fast-check"
import { expect, test } from "vitest"

import { Book } from "../../../sim/src/oracle/book.ts"
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

test("both count exactly up to 2^53 - 1: a hold of 4 grows to all there is, and no further", () => {
  const world = given({ a: { limit: null } })
  const book = new Book()
  const most = Number.MAX_SAFE_INTEGER
  const legs = (more: object) => [{ ...world.leg("a"), ...more }]
  const commands = [
    { kind: "reserve", id: "r", ttlMs: 1_000, legs: legs({ amount: 4 }) },
    { kind: "extend", id: "r", legs: legs({ total: most }) },
    { kind: "charge", id: "c", legs: legs({ amount: 1 }) },
    { kind: "finalize", id: "r", legs: legs({ actual: most }) }
  ].map(readCommand)
  const answers = commands.map((command) => world.execute(command).answer)
  expect(answers.map((answer) => answer._tag)).toEqual(["Granted", "Extended", "Denied", "Finalized"])
  expect(answers[1]).toMatchObject({ grown: true })
  expect(answers).toEqual(book.execute(commands, 0))
})
