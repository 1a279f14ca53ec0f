/**
 * The view of the present: what `usage` says, whether anybody has looked since or not.
 */
import * as Effect from "effect/Effect"

import { postgresStore } from "../../src/index.ts"
import { charge, execute, leg, none, reserve, rowsOf, same, settings } from "./bench.ts"
import type { Bench, Check } from "./check.ts"

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

/** Accounts that were last touched so long before the present; what is to come lies an hour away, so that it does not come while the check runs. */
const past = async (bench: Bench, nowMs: number): Promise<ReadonlyArray<object>> => {
  const held = (account: object, amount: number) => ({ ...account, amount, settle: "held" })
  const plain = leg("plain")
  const ticks = leg("ticks")
  const idle = { ...leg("idle"), window: { kind: "idle", idleMs: 60_000 } }
  const busy = { ...leg("busy"), window: { kind: "idle", idleMs: 60_000 } }
  const quiet = { ...leg("quiet"), window: { kind: "idle", idleMs: DAY_MS } }
  const recent = { ...leg("recent"), window: { kind: "idle", idleMs: 150_000 } }
  const lengthMs = 2 * DAY_MS
  // A window whose end lies an hour away at the least.
  const fixed = {
    ...leg("fixed"),
    window: { kind: "fixed", lengthMs: (nowMs % lengthMs) + 3_600_000 > lengthMs ? 7 * DAY_MS : lengthMs }
  }
  // One that has begun some minutes ago at the least, and ends in an hour at the least.
  const hours = [6, 7, 5].find(
    (hours) => nowMs % (hours * HOUR_MS) > 600_000 && nowMs % (hours * HOUR_MS) < (hours - 1) * HOUR_MS
  )!
  const beginMs = nowMs - (nowMs % (hours * HOUR_MS))
  const rolled = { ...leg("rolled"), window: { kind: "fixed", lengthMs: hours * HOUR_MS } }
  const past = { ...leg("past"), window: { kind: "fixed", lengthMs: 60_000 } }
  const ahead = leg("ahead")
  await execute(
    bench,
    nowMs - 200_000,
    charge("c", { ...plain, amount: 7 }),
    reserve("r", 3 * 3_600_000, held(plain, 5))
  )
  await execute(bench, nowMs - 200_000, reserve("1", 1_000, held(ticks, 2)), reserve("2", 100_000, held(ticks, 3)))
  await execute(bench, nowMs - 200_000, reserve("3", 3_600_000, held(ticks, 11)))
  await execute(bench, nowMs - 200_000, charge("c", { ...idle, amount: 7 }), charge("c", { ...quiet, amount: 8 }))
  await execute(bench, nowMs - 200_000, charge("c", { ...busy, amount: 9 }), reserve("r", 3 * 3_600_000, held(busy, 1)))
  // Its last change is the later expiry, 100 s ago.
  await execute(bench, nowMs - 200_000, reserve("r", 100_000, held(recent, 6)), reserve("q", 1_000, held(recent, 1)))
  // What a window before holds, one expired and one not, is no part of this one.
  const old = (id: string, untilMs: number) => reserve(id, untilMs - (beginMs - 1_000), held(rolled, 5))
  await execute(bench, beginMs - 1_000, old("1", nowMs - 50_000), old("2", nowMs + HOUR_MS))
  await execute(bench, beginMs + 1_000, charge("c", { ...rolled, amount: 4 }))
  // The other window of an account whose holds are none of its.
  const twin = { ...leg("ticks"), window: { kind: "idle", idleMs: DAY_MS } }
  await execute(bench, nowMs - 200_000, charge("c", { ...twin, amount: 21 }))
  await execute(bench, nowMs - 200_000, charge("c", { ...fixed, amount: 4 }), reserve("r", 3_600_000, held(fixed, 3)))
  await execute(bench, nowMs - 200_000, charge("c", { ...past, amount: 4 }), reserve("r", 3_600_000, held(past, 3)))
  // Its time is an hour ahead of the clock's: what expires in half an hour has expired.
  await execute(bench, nowMs + 3_600_000, charge("c", { ...ahead, amount: 1 }))
  await execute(bench, nowMs - 200_000, reserve("r", 60_000, held(ahead, 5)), reserve("s", 3_600_000, held(ahead, 2)))
  const all = [plain, ticks, idle, busy, quiet, recent, fixed, past, ahead, rolled, twin]
  for (const [at, account] of all.slice(0, 3).entries())
    await execute(bench, nowMs - 200_000, {
      kind: "adjust",
      id: "j",
      adjustment: [{ kind: "setLimit", limit: 100 }, { kind: "setLimit", limit: null }, { kind: "close" }][at]!,
      legs: [account]
    })
  return all
}

export const viewChecks: ReadonlyArray<Check> = [
  {
    name: "account_now says what usage says at the present time",
    run: async (bench) => {
      const { pool, schema } = bench
      const all = await past(bench, Date.now())
      // A marked id makes no account known, but a row.
      await execute(bench, Date.now(), { kind: "release", id: "m", legs: [leg("zero")] })
      const store = postgresStore({ pool, schema, batch: false, ...settings, unsettledRetentionMs: 7 * DAY_MS })
      const usage = await Effect.runPromise(store.usage([...all, leg("zero")] as never))
      const told = usage.map(({ account, open, reserved, used }) => [account, used, reserved, open])
      const rows = await rowsOf(bench, "SELECT account, used, reserved, is_open FROM {schema}.account_now")
      same(rows.toSorted(byName), told.toSorted(byName), "account_now")
      const rest = await rowsOf(
        bench,
        "SELECT account, stored_limit, live_holds, unit FROM {schema}.account_now WHERE account IN ('plain', 'ticks', 'busy', 'idle') AND used <> 21"
      )
      const expected = [
        ["busy", null, 1, "u"],
        ["idle", null, 0, "u"],
        ["plain", 100, 1, "u"],
        ["ticks", "unlimited", 1, "u"]
      ]
      same(rest.toSorted(byName), expected, "limits and holds")
      const times = await rowsOf(
        bench,
        `SELECT time_ms - ${Date.now()} FROM {schema}.account_now WHERE account <> 'ahead'`
      )
      for (const [time] of times)
        if (Math.abs(Number(time)) > 5_000) throw new Error(`a time is ${String(time)} ms off`)
    }
  },
  {
    name: "account_now shows no row that is no account yet, and bears windows that nobody wrote",
    run: async (bench) => {
      await execute(bench, Date.now(), charge("c", { account: "a", window: none, unit: "u", limit: 5, amount: 2 }))
      const { pool, schema } = bench
      await pool.query(`INSERT INTO ${schema}.account (account, "window") VALUES ('made', 'none')`)
      await pool.query(`UPDATE ${schema}.account SET "window" = 'idle:soon', start_ms = 1 WHERE account = 'a'`)
      same(await rowsOf(bench, "SELECT account, used FROM {schema}.account_now"), [["a", 2]], "rows")
    }
  }
]

const byName = (a: ReadonlyArray<unknown>, b: ReadonlyArray<unknown>): number => (a.join(" ") < b.join(" ") ? -1 : 1)
