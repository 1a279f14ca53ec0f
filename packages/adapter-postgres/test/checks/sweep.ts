/**
 * What sweep collects and what it leaves: at the edges, past rows that contradict themselves or are in use, and in turns.
 */
import { readCommand } from "@tallystick/core/machine"
import * as Effect from "effect/Effect"

import { postgresStore } from "../../src/index.ts"
import { runAt } from "../at.ts"
import {
  charge,
  execute,
  finalize,
  HOUR_MS,
  leg,
  none,
  release,
  reserve,
  rowsOf,
  same,
  settings,
  START_MS,
  storeOf,
  sweepAll
} from "./bench.ts"
import type { Bench, Check } from "./check.ts"

const idsOf = async (bench: Bench): Promise<ReadonlyArray<unknown>> =>
  (await rowsOf(bench, "SELECT account || ' ' || id FROM {schema}.entry ORDER BY account, id")).map(([id]) => id)
const namesOf = async (bench: Bench): Promise<ReadonlyArray<unknown>> =>
  (await rowsOf(bench, `SELECT account FROM {schema}.account ORDER BY account, "window"`)).map(([name]) => name)

/** With something used, so that the account stays. */
const kept = (bench: Bench, account: string, nowMs = START_MS) =>
  execute(bench, nowMs, charge(`kept ${account}`, leg(account, { amount: 1 })))

const gone = async (bench: Bench, nowMs: number, entries: number, accounts: number): Promise<void> =>
  same(await sweepAll(bench, nowMs), { entries, accounts }, `swept at ${nowMs - START_MS} ms`)

const slot = (account: string) => leg(account, { amount: 1, settle: "none" })

export const sweepChecks: ReadonlyArray<Check> = [
  {
    name: "an ending is collected an hour after it is forgotten, and not a millisecond sooner",
    run: async (bench) => {
      await execute(bench, START_MS, reserve("r", 60_000, leg("a", { amount: 3, settle: "actual" })))
      await execute(bench, START_MS + 5, finalize("r", leg("a", { actual: 3 })))
      await execute(bench, START_MS + 6, charge("c", leg("a", { amount: 1 })))
      const at = START_MS + 5 + settings.settledRetentionMs + HOUR_MS
      await gone(bench, at - 1, 0, 0)
      await gone(bench, at, 1, 0)
      await gone(bench, at + 1, 1, 0)
      same(await namesOf(bench), ["a"], "what is used stays")
    }
  },
  {
    name: "an expired hold is collected an hour after its late ending is refused",
    run: async (bench) => {
      await kept(bench, "a")
      await execute(bench, START_MS + 1, reserve("r", 60_000, slot("a")))
      const at = START_MS + 61_000 + settings.unsettledRetentionMs + HOUR_MS
      await gone(bench, at - 1, 1, 0)
      same(await idsOf(bench), ["a r"], "the hold is there")
      await gone(bench, at, 1, 0)
      same(await idsOf(bench), [], "it is gone")
    }
  },
  {
    name: "what an account has of an earlier life goes an hour after it was born again",
    run: async (bench) => {
      await execute(bench, START_MS, reserve("r", 1_000, slot("a")))
      const bornMs = START_MS + 1_000 + settings.unsettledRetentionMs
      await execute(bench, bornMs, charge("c", leg("a", { amount: 1 })))
      await gone(bench, bornMs + settings.settledRetentionMs + HOUR_MS - 10_001, 0, 0)
      await gone(bench, bornMs + HOUR_MS, 1, 0)
      same(await idsOf(bench), ["a c"], "the later life is there")
    }
  },
  {
    name: "a forgotten account is collected an hour later, with all it has",
    run: async (bench) => {
      await execute(bench, START_MS, reserve("r", 1_000, slot("a")), { kind: "lookup", id: "r", legs: [leg("a")] })
      await execute(bench, START_MS, { kind: "adjust", id: "j", adjustment: { kind: "close" }, legs: [leg("a")] })
      await execute(bench, START_MS, { kind: "adjust", id: "k", adjustment: { kind: "reopen" }, legs: [leg("a")] })
      const at = START_MS + 1_000 + settings.unsettledRetentionMs + HOUR_MS
      await gone(bench, at - 1, 0, 0)
      await gone(bench, at, 1, 1)
      for (const table of ["account", "entry", "due", "adjustment"])
        same(await rowsOf(bench, `SELECT 1 FROM {schema}.${table}`), [], table)
    }
  },
  {
    name: "with a forgotten account goes what is its own, and nothing else",
    run: async (bench) => {
      const { pool, schema } = bench
      // Endings are remembered for longer than accounts here, so that an account that goes still has some.
      const store = postgresStore({
        pool,
        schema,
        clock: "caller",
        batch: false,
        ...settings,
        settledRetentionMs: 86_400_000
      })
      const idle = { window: { kind: "idle", idleMs: 1_000 } }
      const legs = [slot("a"), { ...slot("a"), ...idle }, slot("b")]
      const adjust = (id: string, leg: object) => ({ kind: "adjust", id, adjustment: { kind: "close" }, legs: [leg] })
      const commands = [
        ...legs.flatMap((leg) => [reserve("r", 1_000, leg), release("s", leg), adjust("j", leg)]),
        { kind: "adjust", id: "k", adjustment: { kind: "reopen" }, legs: [leg("a")] }
      ]
      for (const command of commands) await runAt(START_MS, store.execute([readCommand(command)]))
      const report = await runAt(START_MS + 2 * HOUR_MS, store.sweep(100))
      same(report, { entries: 3, accounts: 1, more: false }, "swept")
      const left = (table: string) =>
        rowsOf(bench, `SELECT account, "window" FROM {schema}.${table} ORDER BY account, "window"`)
      for (const table of ["account", "entry", "due", "adjustment"])
        same(
          await left(table),
          [
            ["a", "idle:1000"],
            ["b", "none"]
          ],
          table
        )
    }
  },
  {
    name: "accounts that are not forgotten stay",
    run: async (bench) => {
      const adjust = (id: string, account: string, adjustment: object) => ({
        kind: "adjust",
        id,
        adjustment,
        legs: [leg(account)]
      })
      await execute(bench, START_MS, charge("c", leg("used", { amount: 1 })), charge("c", leg("unused", { amount: 0 })))
      await execute(bench, START_MS, reserve("r", 1_000, leg("cost", { amount: 1, settle: "held" })))
      const both = leg("both", { amount: 1, settle: "held" })
      await execute(bench, START_MS, charge("c", leg("both", { amount: 1 })), reserve("r", 1_000, both))
      // Its twin in another window has a hold that lives.
      const twin = { ...slot("unused"), window: { kind: "idle", idleMs: 1_000 } }
      await execute(bench, START_MS, reserve("t", 86_400_000, twin))
      await execute(bench, START_MS, adjust("j", "closed", { kind: "close" }))
      await execute(bench, START_MS, adjust("j", "limited", { kind: "setLimit", limit: 0 }))
      await execute(bench, START_MS, adjust("j", "unlimited", { kind: "setLimit", limit: null }))
      await execute(bench, START_MS, reserve("r", 86_400_000, slot("held")))
      // Its last change is the expiry.
      await execute(bench, START_MS, reserve("r", 60_000, slot("later")), reserve("s", 1_000, slot("later")))
      const at = START_MS + settings.unsettledRetentionMs + HOUR_MS
      await gone(bench, at + 59_999, 6, 1)
      same(
        await namesOf(bench),
        ["both", "closed", "cost", "held", "later", "limited", "unlimited", "unused", "used"],
        "accounts"
      )
      await gone(bench, at + 60_000, 1, 1)
      same(
        await namesOf(bench),
        ["both", "closed", "cost", "held", "limited", "unlimited", "unused", "used"],
        "accounts"
      )
      await gone(bench, START_MS + 90_030_000, 2, 2)
      same(await namesOf(bench), ["both", "closed", "cost", "limited", "unlimited", "used"], "accounts")
    }
  },
  {
    name: "what was used in a window that has passed does not keep an account",
    run: async (bench) => {
      const fixed = { window: { kind: "fixed", lengthMs: 20_000_000 }, amount: 1 }
      const idle = { window: { kind: "idle", idleMs: 10_000_000 }, amount: 1 }
      const short = { window: { kind: "idle", idleMs: 1_000 }, amount: 1 }
      await execute(
        bench,
        START_MS + 1,
        charge("c", leg("fixed", fixed)),
        charge("c", leg("idle", idle)),
        charge("c", leg("short", short))
      )
      const endMs = Math.ceil((START_MS + 1) / 20_000_000) * 20_000_000
      await gone(bench, START_MS + 1 + settings.unsettledRetentionMs + HOUR_MS - 1, 3, 0)
      await gone(bench, START_MS + 1 + settings.unsettledRetentionMs + HOUR_MS, 0, 1)
      same(await namesOf(bench), ["fixed", "idle"], "accounts")
      const [first, second] = [START_MS + 1 + 10_000_000 + HOUR_MS, endMs + HOUR_MS]
      await gone(bench, first - 1, 0, 0)
      await gone(bench, first, 0, 1)
      same(await namesOf(bench), ["fixed"], "accounts")
      await gone(bench, second - 1, 0, 0)
      await gone(bench, second, 0, 1)
    }
  },
  {
    name: "what holds of an earlier window cost does not keep an account in this one",
    run: async (bench) => {
      const lengthMs = 10_000_000
      const terms = { window: { kind: "fixed", lengthMs } }
      const endMs = Math.ceil(START_MS / lengthMs) * lengthMs
      await execute(
        bench,
        endMs - 10_000,
        reserve("r", 60_000, { ...leg("a", { amount: 5, settle: "held" }), ...terms })
      )
      await execute(bench, endMs + 5_000, charge("c", { ...leg("a", { amount: 0 }), ...terms }))
      const at = endMs + 50_000 + settings.unsettledRetentionMs + HOUR_MS
      await gone(bench, at - 1, 1, 0)
      await gone(bench, at, 1, 1)
    }
  },
  {
    name: "a sweep without a caller's clock goes by the server's",
    run: async (bench) => {
      const nowMs = Date.now()
      await execute(bench, nowMs - HOUR_MS - 20_000, charge("old", leg("a", { amount: 1 })))
      await execute(bench, nowMs - HOUR_MS, charge("young", leg("a", { amount: 1 })))
      await execute(bench, nowMs - HOUR_MS - 60_000, release("r", leg("b")))
      await execute(bench, nowMs - HOUR_MS - 20_000, release("r", leg("c")))
      const { pool, schema } = bench
      const report = await Effect.runPromise(postgresStore({ pool, schema, batch: false, ...settings }).sweep(10))
      same(report, { entries: 3, accounts: 1, more: false }, "swept")
      same(await idsOf(bench), ["a young"], "entries")
      same(await namesOf(bench), ["a", "c"], "accounts")
    }
  },
  {
    name: "an account that is ahead of the clock is swept by its own time, and goes by both",
    run: async (bench) => {
      const aheadMs = START_MS + 1_000_000_000
      await kept(bench, "ahead", aheadMs)
      await execute(bench, aheadMs, reserve("r", 1_000, slot("empty")))
      // The clock is right again; their times go on from where they were.
      await execute(bench, START_MS, charge("now", leg("ahead", { amount: 1 })), release("r", slot("empty")))
      const at = START_MS + settings.settledRetentionMs + HOUR_MS
      await gone(bench, at - 1, 0, 0)
      await gone(bench, at, 3, 0)
      same(await namesOf(bench), ["ahead", "empty"], "accounts")
      await gone(bench, aheadMs + HOUR_MS - 1, 0, 0)
      await gone(bench, aheadMs + HOUR_MS, 0, 1)
    }
  },
  {
    name: "rows that contradict themselves neither stop a sweep nor go",
    run: async (bench) => {
      for (const account of ["a", "b", "c"]) await kept(bench, account)
      await execute(bench, START_MS, reserve("held", 1_000, slot("a")), reserve("held", 1_000, slot("b")))
      for (const account of ["broken", "odd", "sound", "whole"])
        await execute(bench, START_MS, release("r", slot(account)))
      const { pool, schema } = bench
      // Made after it was changed; changed behind its deadline and held all the same; reserved without a hold; a window that nobody wrote.
      await pool.query(`UPDATE ${schema}.entry SET created_ms = changed_ms + 1 WHERE account = 'a' AND id LIKE 'kept%'`)
      await pool.query(`UPDATE ${schema}.entry SET changed_ms = deadline_ms WHERE account = 'b' AND id = 'held'`)
      await pool.query(`UPDATE ${schema}.account SET reserved = 1 WHERE account = 'broken'`)
      await pool.query(
        `UPDATE ${schema}.account SET "window" = 'idle:soon', used = 1, start_ms = 1 WHERE account = 'odd'`
      )
      await pool.query(`UPDATE ${schema}.entry SET "window" = 'idle:soon' WHERE account = 'odd'`)
      await pool.query(`UPDATE ${schema}.entry SET created_ms = changed_ms + 1 WHERE account = 'whole'`)
      await gone(bench, START_MS + 10 * HOUR_MS, 6, 1)
      same(await idsOf(bench), ["a kept a", "b held", "whole r"], "entries")
      same(await namesOf(bench), ["a", "b", "broken", "c", "odd", "whole"], "accounts")
    }
  },
  {
    name: "what others have locked is left, and what they have not goes",
    run: async (bench) => {
      for (const account of ["a", "b"]) await execute(bench, START_MS, reserve("r", 1_000, slot(account)))
      const client = await bench.pool.connect()
      try {
        await client.query("BEGIN")
        await client.query(`SELECT FROM ${bench.schema}.account WHERE account = 'a' FOR NO KEY UPDATE`)
        await gone(bench, START_MS + 10 * HOUR_MS, 1, 1)
        same(await namesOf(bench), ["a"], "accounts")
        await client.query("COMMIT")
        await gone(bench, START_MS + 10 * HOUR_MS, 1, 1)
        await execute(bench, START_MS + 1_000, charge("c", leg("a", { amount: 1 })))
        await execute(bench, START_MS + 9 * HOUR_MS, charge("c", leg("free", { amount: 1 })))
        // While the sweep's own transaction is open it keeps commands out of what it has taken.
        await client.query("BEGIN")
        await client.query(`SELECT ${bench.schema}.sweep('{}', '{}', $1)`, [
          JSON.stringify({
            ...settings,
            limit: 10,
            after: null,
            nowMs: START_MS + 10 * HOUR_MS,
            version: await versionOf(bench)
          })
        ])
        const { rows } = await bench.pool.query(
          `SELECT account FROM ${bench.schema}.account FOR NO KEY UPDATE SKIP LOCKED`
        )
        same(rows, [{ account: "free" }], "accounts that nobody has locked")
        await client.query("ROLLBACK")
      } finally {
        client.release(true)
      }
    }
  },
  {
    name: "a sweep takes as many as it may, the oldest first, and goes on where it stopped",
    run: async (bench) => {
      const names = ["c", "a", "b", "e", "d"]
      for (const [at, name] of names.entries()) await kept(bench, name, START_MS + at)
      const nowMs = START_MS + 10 * HOUR_MS
      const store = storeOf(bench)
      same(await runAt(nowMs, store.sweep(2)), { entries: 2, accounts: 0, more: true }, "the first two")
      same(await idsOf(bench), ["b kept b", "d kept d", "e kept e"], "what is left")
      // Older ones that come behind its back are for the next pass.
      await kept(bench, "f", START_MS - 5)
      same(await runAt(nowMs, store.sweep(2)), { entries: 2, accounts: 0, more: true }, "two more")
      same(await idsOf(bench), ["d kept d", "f kept f"], "what is left")
      same(await runAt(nowMs, store.sweep(2)), { entries: 1, accounts: 0, more: false }, "the last")
      same(await runAt(nowMs, store.sweep(2)), { entries: 1, accounts: 0, more: false }, "the next pass")
    }
  },
  {
    name: "accounts that have one id and several windows are looked at in turn",
    run: async (bench) => {
      const windows = [none, { kind: "idle", idleMs: 1_000 }, { kind: "fixed", lengthMs: 1_000 }]
      for (const window of windows) await execute(bench, START_MS, release("r", { ...leg("a"), window }))
      await execute(bench, START_MS, release("r", leg("b")))
      const nowMs = START_MS + 10 * HOUR_MS
      const store = storeOf(bench)
      same(await runAt(nowMs, store.sweep(1)), { entries: 1, accounts: 0, more: true }, "one entry of one window")
      same(await runAt(nowMs, store.sweep(5)), { entries: 3, accounts: 2, more: true }, "entries, and accounts")
      same(await runAt(nowMs, store.sweep(1)), { entries: 0, accounts: 1, more: true }, "one more")
      same(await namesOf(bench), ["b"], "accounts")
      same(await runAt(nowMs, store.sweep(2)), { entries: 0, accounts: 1, more: false }, "the last")
    }
  },
  // Of 1,000,000 entries 101 were to be collected: a query without the range read 3,042,735 pages in 9.6 s, with it 706 in 7 ms (EXPLAIN ANALYZE, Postgres 15).
  {
    name: "a sweep does not look at what was made lately, however much it is",
    run: async (bench) => {
      const many = Array.from({ length: 550 }, (_, n) => release(`r${n}`, leg("m"), leg("n")))
      await execute(bench, START_MS, ...many)
      const store = storeOf(bench)
      for (const nowMs of [START_MS, START_MS + HOUR_MS + 9_000])
        same(await runAt(nowMs, store.sweep(10)), { entries: 0, accounts: 0, more: false }, "a sweep")
      // They have one time: none is missed, though they are more than a thousand.
      same(await sweepAll(bench, START_MS + HOUR_MS + 10_000), { entries: 1_100, accounts: 0 }, "swept")
    }
  },
  {
    name: "a sweep misses none of those that were made at one time, however many there are",
    run: async (bench) => {
      const hold = (id: string) => reserve(id, 86_400_000, ...["m", "n", "o"].map((account) => slot(account)))
      await execute(
        bench,
        START_MS,
        ...Array.from({ length: 400 }, (_, n) => hold(`r${n}`)),
        charge("c", leg("m", { amount: 1 }))
      )
      await execute(bench, START_MS + 1, charge("d", leg("m", { amount: 1 })))
      same(await sweepAll(bench, START_MS + 5 * HOUR_MS), { entries: 2, accounts: 0 }, "swept")
    }
  },
  {
    name: "a sweep looks at a thousand rows and goes on behind them",
    run: async (bench) => {
      // Two endings and a mark, then holds that live, of three times, so that the first thousand ends with the second one, and one ending behind them.
      const used = ["m", "g"].map((account) => charge("c", leg(account, { amount: 1 })))
      await execute(bench, START_MS, ...used, release("r", leg("f")))
      for (const [at, count] of [497, 500, 500].entries())
        await execute(
          bench,
          START_MS + at,
          ...Array.from({ length: count }, (_, n) =>
            reserve(`r${at}-${n}`, 86_400_000, leg("m", { amount: 1, settle: "none" }))
          )
        )
      await execute(bench, START_MS + 3, charge("last", leg("m", { amount: 1 })))
      const { pool, schema } = bench
      const columns = `account, "window", unit, used, revision, last_ms, born_ms, changed_ms`
      await pool.query(
        `INSERT INTO ${schema}.account (${columns}) SELECT 'z' || lpad(n::text, 4, '0'), w, 'u', 1, 1, $1, $1, $1
          FROM generate_series(1, 750) AS n, unnest(ARRAY['fixed:1', 'none']) AS w`,
        [START_MS]
      )
      // Behind f, g, and m, with all that are used: the one behind the thousandth is forgotten, in the other window of the same account.
      await pool.query(`UPDATE ${schema}.account SET used = 0 WHERE account = 'z0499' AND "window" = 'none'`)
      const nowMs = START_MS + 5 * HOUR_MS
      const store = storeOf(bench)
      same(await runAt(nowMs, store.sweep(10)), { entries: 3, accounts: 0, more: true }, "the first thousand")
      same((await namesOf(bench)).length, 1_503, "accounts that nobody has looked at")
      same(
        await runAt(nowMs, store.sweep(10)),
        { entries: 1, accounts: 1, more: true },
        "the rest, and a thousand accounts"
      )
      same(await runAt(nowMs, store.sweep(10)), { entries: 0, accounts: 1, more: false }, "the last accounts")
      same((await namesOf(bench)).length, 1_501, "accounts that stay")
    }
  }
]

const versionOf = async (bench: Bench): Promise<number> =>
  Number((await rowsOf(bench, "SELECT max(version) FROM {schema}.migration"))[0]![0])
