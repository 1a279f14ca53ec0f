/**
 * The SQL against the Book: random sequences of calls, each answer and each account's numbers.
 */
import * as fc from "fast-check"
import { afterAll, beforeAll, expect, test } from "vitest"

import { Book } from "../../sim/src/oracle/book.ts"
import {
  callsOf,
  pool as accounts,
  settingsArbitrary,
  stepsArbitrary,
  windowAt
} from "../../core/test/machine/random.ts"
import { postgresStore } from "../src/index.ts"
import { runAt } from "./at.ts"
import { freshSchema } from "./server.ts"

const runs = Number(process.env["TALLYSTICK_POSTGRES_PROGRAMS"] ?? 60)

let fresh: Awaited<ReturnType<typeof freshSchema>>
beforeAll(async () => {
  fresh = await freshSchema()
})
afterAll(() => fresh.pool.end())

test("every answer and every account's numbers are the Book's", { timeout: 1_200_000 }, async () => {
  const { pool, schema } = fresh
  await fc.assert(
    fc.asyncProperty(settingsArbitrary, stepsArbitrary(40), async (settings, steps) => {
      await pool.query(
        `TRUNCATE ${schema}.account, ${schema}.entry, ${schema}.due, ${schema}.adjustment, ${schema}.ledger`
      )
      const store = postgresStore({ pool, schema, clock: "caller", ...settings })
      const book = new Book(settings)
      for (const { nowMs, commands } of callsOf(steps)) {
        const answers = await runAt(nowMs, store.execute(commands))
        expect(answers).toEqual(book.execute(commands, nowMs))
        const refs = accounts.map(({ account, window, limit }) => ({ account, window: windowAt(window, nowMs), limit }))
        expect(await runAt(nowMs, store.usage(refs))).toEqual(book.usage(refs, nowMs))
      }
    }),
    { numRuns: runs }
  )
})
