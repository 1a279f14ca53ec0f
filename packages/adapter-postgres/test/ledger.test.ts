/**
 * The ledger of the simulator's worlds: `used`, `reserved` and every revision of every account from it alone, after each run.
 *
 * 40 runs of seed 7; others by TALLYSTICK_LEDGER_RUNS and TALLYSTICK_SEED.
 */
import { postgresStore, trialSchema } from "@tallystick/adapter-postgres"
import { explore } from "@tallystick/sim"
import { describeWith, postgresServer, schemaName } from "@tallystick/test-servers"
import { expect, test } from "vitest"

import { auditText } from "./support/audit.ts"

const runs = Number(process.env["TALLYSTICK_LEDGER_RUNS"] ?? 40)
const seed = Number(process.env["TALLYSTICK_SEED"] ?? 7)

describeWith(await postgresServer(), "the ledger", ({ url }) => {
  test(`of ${runs} runs of explore (seed ${seed})`, { timeout: 600_000 }, async () => {
    const { empty, pool, remove, schema } = await trialSchema(url, await schemaName())
    const faults: Array<unknown> = []
    const causes = new Set<string>()
    const audit = async (): Promise<void> => {
      faults.push(...(await pool.query(auditText(schema))).rows)
      const sums = `SELECT s.*, a.used AS has_used, a.reserved AS has_reserved FROM ${schema}.ledger_sums AS s
        FULL JOIN ${schema}.account AS a USING (account, "window") WHERE (s.used, s.reserved) IS DISTINCT FROM (a.used, a.reserved)`
      faults.push(...(await pool.query(sums)).rows)
      const { rows } = await pool.query<{ cause: string }>(`SELECT DISTINCT cause FROM ${schema}.ledger`)
      for (const { cause } of rows) causes.add(cause)
    }
    const report = await explore({
      seed,
      runs,
      store: async (settings) => {
        await audit()
        await empty()
        return postgresStore({ ...settings, pool, schema, clock: "caller" })
      }
    })
    await audit()
    expect(report.failure).toBeNull()
    expect(faults).toEqual([])
    // What the runs have met, so that nothing is right for want of it.
    for (const cause of [
      "reserved",
      "extended",
      "finalized",
      "released",
      "expired",
      "charged",
      "adjusted",
      "marked",
      "rolled"
    ])
      expect([...causes]).toContain(cause)
    await remove()
  })
})
