/** What operators ask beside the port, while calls run: repairs, and a ledger that was pruned. */
import { postgresOperator, postgresStore } from "@tallystick/adapter-postgres"
import { createQuota } from "@tallystick/core"
import { describeWith, postgresServer } from "@tallystick/test-servers"
import { expect, test } from "vitest"

import { freshSchema } from "./server.ts"

const limit = { account: "busy", unit: "tokens", limit: 1_000_000 }
const none = { kind: "none" } as const

describeWith(await postgresServer(), "the operator of Postgres", () => {
  const withAll = async (
    act: (all: {
      readonly quota: ReturnType<typeof createQuota>
      readonly operator: ReturnType<typeof postgresOperator>
      readonly query: (text: string) => Promise<unknown>
      readonly schema: string
    }) => Promise<void>
  ) => {
    const { pool, schema, url } = await freshSchema()
    const quota = createQuota({ store: postgresStore({ pool, schema }) })
    const operator = postgresOperator({ url, schema })
    try {
      await act({ quota, operator, schema, query: (text) => pool.query(text) })
    } finally {
      await quota.close({ graceMs: 0 })
      await operator.close()
      await pool.end()
    }
  }

  test("repairs an account of which holds come and go meanwhile, and leaves its sums and its ledger true", async () =>
    withAll(async ({ operator, query, quota, schema }) => {
      const over = new AbortController()
      const traffic = async (): Promise<void> => {
        while (!over.signal.aborted) {
          const turn = await quota.open({ limits: [limit], estimate: { tokens: 10 } })
          if (turn.granted) await turn.finalize({ tokens: 3 })
        }
      }
      await quota.charge({ limits: [limit], used: { tokens: 1 } })
      const lanes = [traffic(), traffic(), traffic()]
      try {
        for (let round = 0; round < 10; round++) {
          await query(`UPDATE ${schema}.account SET reserved = reserved + 1000, used = used + 7`)
          const repaired = await operator.repair("busy", none, { apply: true })
          expect(repaired, JSON.stringify(repaired)).toMatchObject({ applied: true, usedFrom: "ledger" })
        }
      } finally {
        over.abort()
        await Promise.all(lanes)
      }
      const [usage] = await quota.usage([limit])
      expect(usage).toMatchObject({ reserved: 0, status: "ok" })
      const sound = await operator.repair("busy", none, { apply: true })
      expect(sound).toMatchObject({ applied: false, before: { used: usage!.used, reserved: 0 }, usedFrom: "ledger" })
    }))

  test("takes what was used as it is kept where the ledger was pruned, or as the operator says", async () =>
    withAll(async ({ operator, query, quota, schema }) => {
      for (const tokens of [5, 6, 7]) await quota.charge({ limits: [limit], used: { tokens } })
      await query(`DELETE FROM ${schema}.ledger WHERE used_delta = 5`)
      await query(`UPDATE ${schema}.account SET reserved = 9`)
      const kept = await operator.repair("busy", none, { apply: true })
      expect(kept).toMatchObject({ applied: true, usedFrom: "account", after: { used: 18, reserved: 0 } })
      const said = await operator.repair("busy", none, { apply: true, used: 20 })
      expect(said).toMatchObject({ applied: true, usedFrom: "operator", after: { used: 20, reserved: 0 } })
      const rows = await operator.ledger("busy", none, 3)
      expect(rows!.map(({ cause, reservedDelta, usedDelta }) => [cause, usedDelta, reservedDelta])).toEqual([
        ["repaired", 2, 0],
        ["repaired", 0, -9],
        ["charged", 7, 0]
      ])
    }))

  test("says what is missing", async () => {
    const { pool, schema, url } = await freshSchema()
    const elsewhere = postgresOperator({ url, schema: `${schema}_of_nobody` })
    await expect(elsewhere.ledger("a", none, 1)).rejects.toMatchObject({ _tag: "Misconfigured" })
    await elsewhere.close()
    await pool.end()
  })
})
