/**
 * docs/postgres.md quotes code that runs: each of its TypeScript blocks is a region of a file that a test runs, and its SQL is run here, on a schema with
 * 100 days of history, and does what it says.
 */
import { postgresStore, trialSchema, type TrialSchema } from "@tallystick/adapter-postgres"
import { readCommand } from "@tallystick/core/machine"
import type { QuotaStore } from "@tallystick/core/store"
import { describeWith, postgresServer, schemaName } from "@tallystick/test-servers"
import { readFileSync } from "node:fs"
import { Pool } from "pg"
import { afterAll, assert, beforeAll, describe, expect, test } from "vitest"

import { runAt } from "./at.ts"
import { of, outcome, PATIENT_MS } from "./support/calls.ts"

const read = (path: string): string => readFileSync(new URL(`../../../${path}`, import.meta.url), "utf8")
const page = read("docs/postgres.md")
const blocks = (language: string): ReadonlyArray<string> =>
  [...page.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)\\n\`\`\`$`, "gms"))].map(([, block = ""]) => block)

test("every TypeScript block is a region of a file that runs", () => {
  const files = ["examples/postgres.ts", "packages/adapter-postgres/test/support/query-builders.ts"]
  const regions = files.flatMap((file) =>
    [...read(file).matchAll(/^\/\/ #region \w+\n(.*?)^\/\/ #endregion/gms)].map(([, body = ""]) => body.trimEnd())
  )
  assert.isAtLeast(blocks("ts").length, 7)
  for (const block of blocks("ts")) assert.include(regions, block)
})

const schema = await schemaName()
const here = (text: string): string =>
  text
    .replaceAll(/\btallystick_(app|report)\b/g, `${schema}_$1`)
    .replaceAll(/\btallystick\.|SCHEMA tallystick\b|'tallystick'/g, (found) => found.replace("tallystick", schema))

const DAY_MS = 86_400_000

describeWith(await postgresServer(), "the SQL of docs/postgres.md", ({ url }) => {
  let trial: TrialSchema
  let store: QuotaStore
  const asRole = (role: string) => new Pool({ connectionString: url, max: 2, options: `-c role=${schema}_${role}` })
  const query = async (text: string) => (await trial.pool.query<Record<string, unknown>>(here(text))).rows
  const block = (words: string): string => {
    const found = blocks("sql").filter((text) => text.includes(words))
    assert.lengthOf(found, 1, words)
    return found[0]!
  }
  const auditOf = () => query(block("IS DISTINCT FROM"))
  const olderThan = async (days: number): Promise<number> => {
    const [row] = await query(
      `SELECT count(*)::int AS count FROM tallystick.ledger WHERE at_ms < (extract(epoch FROM now()) * 1000)::bigint - ${days * DAY_MS}`
    )
    return Number(row!["count"])
  }

  /** Two accounts that live, and one that was forgotten and is born again. */
  const fill = async (nowMs: number): Promise<void> => {
    const charge = (id: string, account: string) => ({ kind: "charge", id, legs: [{ ...of(account), amount: 3 }] })
    const hold = { kind: "reserve", id: "h", ttlMs: 1_000, legs: [{ ...of("a"), amount: 5, settle: "held" }] }
    const empty = { kind: "reserve", id: "e", ttlMs: 1_000, legs: [{ ...of("c"), amount: 5, settle: "none" }] }
    for (const [daysAgo, ...commands] of [
      [100, charge("1", "a"), charge("1", "b"), hold, empty],
      [95, charge("2", "a"), { kind: "release", id: "e", legs: [of("c")] }],
      [80, charge("3", "a"), charge("3", "c")],
      [1, charge("4", "a"), charge("4", "b")]
    ] as const)
      await runAt(nowMs - daysAgo * DAY_MS, store.execute(commands.map((command) => readCommand(command))))
  }

  beforeAll(async () => {
    trial = await trialSchema(url, schema)
    store = postgresStore({ pool: trial.pool, schema, clock: "caller", callTimeoutMs: PATIENT_MS })
    const [row] = await query("SELECT (extract(epoch FROM now()) * 1000)::bigint AS now_ms")
    await fill(Number(row!["now_ms"]))
  })
  afterAll(async () => {
    for (const role of ["app", "report"])
      await trial.pool.query(`DROP OWNED BY ${schema}_${role}; DROP ROLE ${schema}_${role}`)
    await trial.remove()
  })

  test("each block runs, in order, twice where it may", async () => {
    for (const text of blocks("sql")) await query(text)
    for (const text of blocks("sql").filter((text) => !text.includes("CREATE ROLE"))) await query(text)
  })

  describe("the roles", () => {
    test("the app's is enough for the store, and cannot alter the ledger", async () => {
      const pool = asRole("app")
      const own = postgresStore({ pool, schema, batch: false, callTimeoutMs: PATIENT_MS })
      const leg = of("by the app")
      for (const command of [
        { kind: "reserve", id: "r", ttlMs: 600_000, legs: [{ ...leg, amount: 5, settle: "actual" }] },
        { kind: "extend", id: "r", ttlMs: 1_200_000, legs: [{ ...leg, measured: 2 }] },
        { kind: "finalize", id: "r", overage: "debit", ifUnknown: "mark", sentAgoMs: 0, legs: [{ ...leg, actual: 3 }] },
        { kind: "charge", id: "c", legs: [{ ...leg, amount: 1 }] },
        { kind: "adjust", id: "a", legs: [leg], adjustment: { kind: "setLimit", limit: 7 } }
      ])
        expect((await outcome(own, readCommand(command)))._tag).toMatch(
          /^(Granted|Extended|Finalized|Charged|Adjusted)$/
        )
      for (const call of [own.usage([leg]), own.holds({ account: "by the app" }, { limit: 5 }), own.sweep(10)])
        await runAt(0, call as never)
      for (const text of [
        "DELETE FROM tallystick.ledger",
        "UPDATE tallystick.ledger SET used_delta = 0",
        "DROP TABLE tallystick.due"
      ])
        await expect(pool.query(here(text))).rejects.toMatchObject({ code: "42501" })
      await pool.end()
    })

    test("the report's reads the views, and nothing else", async () => {
      const pool = asRole("report")
      for (const text of [
        block("account_now ORDER BY"),
        "SELECT * FROM tallystick.ledger_sums",
        "SELECT * FROM tallystick.ledger"
      ])
        await pool.query(here(text))
      await expect(pool.query(here("SELECT * FROM tallystick.entry"))).rejects.toMatchObject({ code: "42501" })
      await pool.end()
    })
  })

  test("pruning takes what is older than 90 days, and the ledger still explains every account", async () => {
    await trial.empty()
    const [row] = await query("SELECT (extract(epoch FROM now()) * 1000)::bigint AS now_ms")
    await fill(Number(row!["now_ms"]))
    const sums = () => query("SELECT account, used, reserved FROM tallystick.ledger_sums ORDER BY account")
    const before = await sums()
    expect(before.map(({ used }) => Number(used))).toEqual([17, 6, 3])
    expect(await auditOf()).toEqual([])
    expect(await olderThan(90)).toBeGreaterThan(3)
    await query(block("prune_ledger"))
    // One row for each account that lived then and lives now.
    expect(await olderThan(90)).toBe(2)
    expect(await sums()).toEqual(before)
    expect(await auditOf()).toEqual([])
  })

  test("the audit finds an account that the ledger does not explain", async () => {
    await query("UPDATE tallystick.account SET used = used + 1 WHERE account = 'b'")
    expect(await auditOf()).toMatchObject([{ account: "b" }])
  })
})
