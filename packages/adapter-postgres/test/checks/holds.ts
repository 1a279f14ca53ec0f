/**
 * The pages of holds that operators read.
 */
import * as Effect from "effect/Effect"

import { postgresStore } from "../../src/index.ts"
import { runAt } from "../at.ts"
import { execute, leg, release, reserve, same, settings, START_MS, storeOf } from "./bench.ts"
import type { Bench, Check } from "./check.ts"

const held = (account: string, amount = 1) => leg(account, { amount, settle: "actual" })

const idsAt = async (bench: Bench, nowMs: number, account: object): Promise<ReadonlyArray<string>> => {
  const page = await runAt(nowMs, storeOf(bench).holds(account as never, { limit: 10 }))
  return page.items.map(({ id }) => id)
}

export const holdsChecks: ReadonlyArray<Check> = [
  {
    name: "holds come in byte order of their ids, whatever the server reads them by",
    run: async (bench) => {
      const ids = ["\u{1F600}", "\uFF5E", "b", "B", "a", "Z", "_"]
      for (const id of ids)
        await execute(bench, START_MS, reserve(id, 60_000, held("a")), reserve(id, 60_000, held("b")))
      const client = await bench.pool.connect()
      try {
        await client.query("BEGIN")
        // What is read by a bitmap comes in the order in which it was written.
        await client.query("SET LOCAL enable_indexscan = off")
        await client.query("SET LOCAL plan_cache_mode = force_custom_plan")
        const { schema, pool } = bench
        const store = postgresStore({ pool, schema, clock: "caller", batch: false, ...settings }).within(client)
        const [first, second] = [
          await runAt(START_MS, store.holds({ account: "a" }, { limit: 4 })),
          await runAt(START_MS, store.holds({ account: "a" }, { limit: 4, after: "a" }))
        ]
        same(
          first.items.map(({ id }) => id),
          ["B", "Z", "_", "a"],
          "the first page"
        )
        same(first.next, "a", "its next")
        same(
          second.items.map(({ id }) => id),
          ["b", "\uFF5E", "\u{1F600}"],
          "the second page"
        )
        same(second.next, null, "its next")
      } finally {
        await client.query("ROLLBACK")
        client.release()
      }
    }
  },
  {
    name: "a page says what is known of a hold",
    run: async (bench) => {
      const terms = { window: { kind: "fixed", lengthMs: 100_000 }, limit: 1_000 }
      const startMs = Math.ceil(START_MS / 100_000) * 100_000
      const nowMs = startMs + 99_000
      await execute(
        bench,
        nowMs - 7,
        reserve("r", 60_000, { ...held("a", 9), ...terms }),
        reserve("s", 60_000, { ...held("a", 2), ...terms, settle: "held" })
      )
      await execute(bench, nowMs, {
        kind: "extend",
        id: "r",
        whenUnknown: "charge-held",
        legs: [{ ...leg("a"), ...terms, total: 12, measured: 3 }]
      })
      const page = async (atMs: number) =>
        (await runAt(atMs, storeOf(bench).holds({ account: "a", window: terms.window } as never, { limit: 5 }))).items
      const r = {
        id: "r",
        amount: 9,
        held: 12,
        settle: "actual",
        measured: 3,
        whenUnknown: "charge-held",
        ageMs: 107,
        expiresInMs: 59_900,
        windowPassed: false
      }
      const s = {
        id: "s",
        amount: 2,
        held: 2,
        settle: "held",
        measured: null,
        whenUnknown: null,
        ageMs: 107,
        expiresInMs: 59_900,
        windowPassed: false
      }
      same(await page(nowMs + 100), [r, s], "a page")
      const later = { ageMs: 1_007, expiresInMs: 59_000, windowPassed: true }
      same(
        await page(nowMs + 1_000),
        [
          { ...r, ...later },
          { ...s, ...later }
        ],
        "behind the end of the window"
      )
    }
  },
  {
    name: "what has ended, has expired, is another account's or of an earlier life is no hold",
    run: async (bench) => {
      const other = { ...leg("a"), window: { kind: "idle", idleMs: 100_000 } }
      await execute(
        bench,
        START_MS,
        reserve("ended", 5_000, held("a")),
        reserve("short", 1_000, held("a")),
        reserve("long", 9_000, held("a"))
      )
      await execute(
        bench,
        START_MS,
        release("ended", leg("a")),
        release("marked", leg("a")),
        reserve("b", 9_000, held("b"))
      )
      await execute(bench, START_MS, reserve("window", 9_000, { ...other, amount: 1, settle: "none" }))
      same(await idsAt(bench, START_MS + 999, { account: "a" }), ["long", "short"], "before it expires")
      same(await idsAt(bench, START_MS + 1_000, { account: "a" }), ["long"], "when it has expired")
      same(await idsAt(bench, START_MS + 1_000, { account: "nobody" }), [], "of nobody")
      // By hand, since no hold that lives lets its account be forgotten.
      await bench.pool.query(`UPDATE ${bench.schema}.account SET born_ms = $1 WHERE account = 'a'`, [START_MS + 1])
      same(await idsAt(bench, START_MS + 1_000, { account: "a" }), [], "of an earlier life")
    }
  },
  {
    name: "a clock outside the calendar's windows is told",
    run: async (bench) => {
      const starts = [START_MS, START_MS + 10, START_MS + 20, START_MS + 30] as const
      const account = { account: "a", window: { kind: "calendar", every: "month", timeZone: "UTC", starts } } as const
      const error = await runAt(START_MS + 30, Effect.flip(storeOf(bench).holds(account, { limit: 1 })))
      same(error._tag, "NotApplied", "holds")
    }
  }
]
