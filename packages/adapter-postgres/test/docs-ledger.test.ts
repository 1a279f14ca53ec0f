/**
 * The SQL of docs/postgres-ledger.md, run in its order on accounts with 100 days of history, does what the page says.
 */
import { postgresStore, trialSchema } from "@tallystick/adapter-postgres"
import { readCommand } from "@tallystick/core/machine"
import { describeWith, postgresServer, schemaName } from "@tallystick/test-servers"
import { readFileSync } from "node:fs"
import { expect, test } from "vitest"

import { runAt } from "./at.ts"
import { charge, leg, reserve } from "./checks/bench.ts"
import { auditText } from "./support/audit.ts"

const page = readFileSync(new URL("../../../docs/postgres-ledger.md", import.meta.url), "utf8")
const blocks = [...page.matchAll(/^```sql\n(.*?)^```$/gms)].map(([, block = ""]) => block)
const DAY_MS = 86_400_000

describeWith(await postgresServer(), "the SQL of docs/postgres-ledger.md", ({ url }) => {
  test("what an account had, gaps, an archive, and pruning", async () => {
    const { pool, remove, schema } = await trialSchema(url, await schemaName())
    const run = async (number: number, change = (text: string): string => text) =>
      (
        await pool.query<Record<string, unknown>>(
          change(blocks[number]!)
            .replaceAll("tallystick.", `${schema}.`)
            .replace("TABLE archive", `TABLE ${schema}.archive`)
        )
      ).rows
    const store = postgresStore({ pool, schema, clock: "caller" })
    const nowMs = Date.now()
    const ada = leg("user:ada", { amount: 3 })
    for (let day = 100; day >= 0; day--)
      await runAt(nowMs - day * DAY_MS, store.execute([readCommand(charge(`c${day}`, ada))]))
    const held = leg("user:ada", { amount: 7, settle: "held" })
    await runAt(
      nowMs,
      store.execute([readCommand(reserve("r", 60_000, held)), readCommand(charge("b", leg("b", { amount: 1 })))])
    )

    const at = (day: number) => (text: string) =>
      text.replace(/timestamptz '[^']+'/, `to_timestamp(${(nowMs - day * DAY_MS) / 1_000})`)
    expect(await run(0, at(40))).toMatchObject([{ cause: "charged", id: "c40", used: "183", reserved: "0" }])
    expect(await run(0, at(-1))).toMatchObject([{ cause: "reserved", id: "r", used: "303", reserved: "7" }])
    expect(await run(1)).toEqual([])

    // That of 90 days ago is some milliseconds older than 90 days by now.
    await run(2)
    expect(await run(3)).toEqual([{ prune_ledger: "11" }])
    const { rows } = await pool.query(`SELECT count(*)::integer, sum(used_delta)::integer FROM ${schema}.archive`)
    expect(rows).toEqual([{ count: 11, sum: 33 }])
    expect(await run(0, at(89))).toMatchObject([{ used: "36" }])
    expect(await run(0, at(-1))).toMatchObject([{ used: "303", reserved: "7" }])
    expect(await run(1)).toEqual([])
    expect((await pool.query(auditText(schema))).rows).toEqual([])

    await pool.query(`DELETE FROM ${schema}.ledger WHERE id = 'c40'`)
    expect(await run(1)).toMatchObject([{ account: "user:ada", expected: "91", changes: "90" }])
    await remove()
  })
})
