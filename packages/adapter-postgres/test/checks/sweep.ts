/**
 * What sweep collects and what it leaves, at the edges and past rows that contradict themselves.
 */
import { readCommand } from "@tallystick/core/machine"
import * as Effect from "effect/Effect"

import { postgresStore } from "../../src/index.ts"
import { runAt } from "../at.ts"
import { charge, execute, finalize, HOUR_MS, leg, release, reserve, rowsOf, same, settings, START_MS } from "./bench.ts"
import type { Check } from "./check.ts"
import { idsOf, namesOf, kept, gone, slot } from "./sweep-rows.ts"

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
  }
]
