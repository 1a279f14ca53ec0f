/**
 * A hundred thousand holds of one account that expire in the same second hold nobody up: what a call does is counted in rows that it reads and writes, as the
 * server counts them. TALLYSTICK_TEST_TELL=1 also tells how long the calls took.
 */
import { postgresStore, trialSchema, type TrialSchema } from "@tallystick/adapter-postgres"
import { readCommand } from "@tallystick/core/machine"
import { describeWith, postgresServer, schemaName } from "@tallystick/test-servers"
import { afterAll, beforeAll, expect, test } from "vitest"

import { runAt } from "./at.ts"
import { charge, finalize, leg, reserve, START_MS } from "./checks/bench.ts"
import { auditText } from "./support/audit.ts"

const schema = await schemaName()
const READS_PER_TICK = 6
const TICK_MS = START_MS + 60_000

describeWith(await postgresServer(), "many holds", ({ url }) => {
  let trial: TrialSchema
  beforeAll(async () => {
    trial = await trialSchema(url, schema)
  })
  afterAll(() => trial.remove())

  /** Holds of 1 that settle by `held`, one every so many ms from `TICK_MS` on, as the function writes them; it would take a minute. */
  const hold = async (account: string, count: number, everyMs: number): Promise<void> => {
    const { pool } = trial
    const store = postgresStore({ pool, schema, clock: "caller", batch: false })
    const one = readCommand(reserve("h0", 60_000, leg(account, { amount: 1, settle: "held" })))
    await runAt(START_MS, store.execute([one]))
    await pool.query(
      `INSERT INTO ${schema}.entry SELECT account, "window", 'h' || n, command, state, accounts, digest, settle, amount, held, measured, when_unknown,
        deadline_ms + n * $3::bigint, expiry_cost, period, created_ms, changed_ms, debited, actual, overage, unbilled, late
        FROM ${schema}.entry, generate_series(1, $2::bigint - 1) AS n WHERE account = $1`,
      [account, count, everyMs]
    )
    await pool.query(`DELETE FROM ${schema}.due WHERE account = $1`, [account])
    await pool.query(
      `INSERT INTO ${schema}.due SELECT account, "window", deadline_ms, period, count(*), sum(held), sum(expiry_cost) FROM ${schema}.entry
        WHERE account = $1 GROUP BY account, "window", deadline_ms, period`,
      [account]
    )
    await pool.query(`UPDATE ${schema}.account SET reserved = $2, holds = $2 WHERE account = $1`, [account, count])
    await pool.query(`UPDATE ${schema}.ledger SET reserved_delta = $2 WHERE account = $1`, [account, count])
    await pool.query("ANALYZE")
    expect((await pool.query(auditText(schema))).rows).toEqual([])
  }

  /** Rows that a call reads and writes, and how long it took. */
  const work = async (nowMs: number, ...commands: ReadonlyArray<object>) => {
    const client = await trial.pool.connect()
    // What the session has not reported yet is counted as well: only differences tell.
    const counts = async (): Promise<{ reads: number; writes: number }> =>
      (
        await client.query<{ reads: number; writes: number }>(
          `SELECT sum(seq_tup_read + coalesce(idx_tup_fetch, 0))::integer AS reads, sum(n_tup_ins + n_tup_upd + n_tup_del)::integer AS writes
            FROM pg_stat_xact_user_tables WHERE schemaname = '${schema}'`
        )
      ).rows[0]!
    try {
      await client.query("BEGIN")
      const store = postgresStore({ pool: trial.pool, schema, clock: "caller" }).within(client)
      const before = await counts()
      const begin = performance.now()
      const answers = await runAt(nowMs, store.execute(commands.map((command) => readCommand(command))))
      const tookMs = performance.now() - begin
      const after = await counts()
      await client.query("COMMIT")
      return { answers, tookMs, reads: after.reads - before.reads, writes: after.writes - before.writes }
    } finally {
      client.release()
    }
  }

  const tell = (what: string, times: ReadonlyArray<number>): void => {
    if (process.env["TALLYSTICK_TEST_TELL"])
      console.log(`${what}: ${times.map((time) => time.toFixed(1)).join(" ")} ms (from outside)`)
  }

  test("100,000 expire in one second, and each call after that is as cheap as any", { timeout: 120_000 }, async () => {
    const count = 100_000
    const calm = leg("calm", { amount: 1 })
    await runAt(
      START_MS,
      postgresStore({ pool: trial.pool, schema, clock: "caller" }).execute([readCommand(charge("c", calm))])
    )
    const usual = await work(START_MS + 1, charge("d", calm))
    await hold("many", count, 0)
    const first = await work(TICK_MS, charge("after0", leg("many", { amount: 1 })))
    expect(first.answers).toMatchObject([{ _tag: "Charged", accounts: [{ used: count + 1, reserved: 0 }] }])
    // It settles one tick: a row of the ledger more, and a due row less.
    expect(first.writes).toBeLessThanOrEqual(usual.writes + 2)
    expect(first.reads).toBeLessThanOrEqual(usual.reads + 8)
    const times = [first.tookMs]
    for (let at = 1; at < 20; at++) {
      const next = await work(TICK_MS + at, charge(`after${at}`, leg("many", { amount: 1 })))
      expect(next.writes).toBeLessThanOrEqual(usual.writes)
      expect(next.reads).toBeLessThanOrEqual(usual.reads + 4)
      times.push(next.tookMs)
    }
    // A late ending of one of them corrects what its expiry charged.
    const late = await work(TICK_MS + 50, finalize("h77777", leg("many")))
    expect(late.answers).toMatchObject([{ _tag: "Finalized", legs: [{ late: true, debited: 1 }] }])
    expect(late.reads).toBeLessThanOrEqual(usual.reads + 8)
    expect((await trial.pool.query(auditText(schema))).rows).toEqual([])
    tell("calls behind the expiry of 100,000", times)
  })

  test(
    "10,000 that fall due at as many seconds are settled by one call, with one row of the ledger each",
    { timeout: 120_000 },
    async () => {
      const count = 10_000
      await hold("ticks", count, 1_000)
      const half = await work(TICK_MS + (count / 2 - 1) * 1_000, charge("half", leg("ticks", { amount: 1 })))
      expect(half.answers).toMatchObject([{ accounts: [{ used: count / 2 + 1, reserved: count / 2 }] }])
      expect(half.writes).toBeLessThanOrEqual(count + 10)
      // A due row is read some times: to be summed, to be deleted, and the last of them.
      expect(half.reads).toBeLessThanOrEqual((READS_PER_TICK * count) / 2 + 20)
      const rest = await work(TICK_MS + count * 1_000, charge("rest", leg("ticks", { amount: 1 })))
      expect(rest.answers).toMatchObject([{ accounts: [{ used: count + 2, reserved: 0 }] }])
      const next = await work(TICK_MS + count * 1_000 + 1, charge("next", leg("ticks", { amount: 1 })))
      expect(next.reads).toBeLessThanOrEqual(20)
      const { rows } = await trial.pool.query(
        `SELECT count(*)::integer, sum(holds)::integer FROM ${schema}.ledger WHERE account = 'ticks' AND cause = 'expired'`
      )
      expect(rows).toEqual([{ count, sum: count }])
      expect((await trial.pool.query(auditText(schema))).rows).toEqual([])
      tell("5,000 ticks, 5,000 more, and none", [half.tookMs, rest.tookMs, next.tookMs])
    }
  )
})
