/**
 * Random calls in the caller's transactions, each committed or rolled back at random: all answers and numbers are those of a Book that has only seen the
 * committed ones.
 */
import { postgresStore } from "@tallystick/adapter-postgres"
import type { Settings } from "@tallystick/core/machine"
import { describeWith, postgresServer } from "@tallystick/test-servers"
import * as fc from "fast-check"
import { expect, test } from "vitest"

import {
  callsOf,
  pool as accounts,
  settingsArbitrary,
  stepsArbitrary,
  windowAt
} from "../../core/test/machine/random.ts"
import { Book } from "../../sim/src/oracle/book.ts"
import { runAt } from "./at.ts"
import { freshSchema } from "./server.ts"
import { PATIENT_MS } from "./support/calls.ts"

const runs = Number(process.env["TALLYSTICK_POSTGRES_PROGRAMS"] ?? 60)

/** Calls of one transaction, and whether it is committed. */
const transactions = fc.array(fc.tuple(fc.integer({ min: 1, max: 4 }), fc.boolean()), { minLength: 1, maxLength: 40 })

describeWith(await postgresServer(), "within transactions", () => {
  test("what is rolled back never happened, what is committed did", { timeout: 1_200_000 }, async () => {
    const { pool, schema } = await freshSchema()
    const client = await pool.connect()
    const run = async (
      settings: Settings,
      calls: ReturnType<typeof callsOf>,
      plan: ReadonlyArray<[number, boolean]>
    ) => {
      await pool.query(
        ["account", "entry", "due", "adjustment", "ledger"].map((table) => `DELETE FROM ${schema}.${table}`).join(";")
      )
      const store = postgresStore({ pool, schema, clock: "caller", callTimeoutMs: PATIENT_MS, ...settings })
      const book = new Book(settings)
      const left = [...calls]
      for (let at = 0; left.length > 0; at++) {
        const [count, commits] = plan[at % plan.length]!
        await client.query("BEGIN")
        const inTx = store.within(client)
        for (const { commands, nowMs } of left.splice(0, count)) {
          const answers = await runAt(nowMs, inTx.execute(commands))
          if (!commits) continue
          expect(answers).toEqual(book.execute(commands, nowMs))
          const refs = accounts.map(({ account, limit, window }) => ({
            account,
            window: windowAt(window, nowMs),
            limit
          }))
          expect(await runAt(nowMs, inTx.usage(refs))).toEqual(book.usage(refs, nowMs))
        }
        await client.query(commits ? "COMMIT" : "ROLLBACK")
      }
    }
    try {
      await fc.assert(
        fc.asyncProperty(settingsArbitrary, stepsArbitrary(40), transactions, async (settings, steps, plan) =>
          run(settings, callsOf(steps), plan)
        ),
        { numRuns: Math.ceil(runs / 3) }
      )
    } finally {
      client.release(true)
      await pool.query(`DROP SCHEMA ${schema} CASCADE`)
      await pool.end()
    }
  })
})
