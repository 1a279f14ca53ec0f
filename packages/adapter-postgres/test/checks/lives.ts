/**
 * Accounts that are forgotten, deleted by hand, or met by a clock that is elsewhere.
 */
import { execute, finalize, leg, release, reserve, rowsOf, same, sound, START_MS } from "./bench.ts"
import type { Check } from "./check.ts"

const DAY_MS = 86_400_000

/** Of days that begin with START_MS; `today` counts from it. */
const daily = (today: number) => {
  const starts = [-1, 0, 1, 2].map((day) => START_MS + (today + day) * DAY_MS)
  return leg("a", { window: { kind: "calendar", every: "day", timeZone: "UTC", starts }, amount: 1 })
}

const stranger = (...accounts: ReadonlyArray<string>) => ({
  kind: "extend",
  id: "stranger",
  ttlMs: 1_000,
  legs: accounts.map((account) => leg(account))
})

export const lifeChecks: ReadonlyArray<Check> = [
  ...[["a"], ["a", "b"]].map((accounts): Check => ({
    name: `what is forgotten of ${accounts.join(" and ")} stays so when the clock goes back, and only the time goes on`,
    run: async (bench) => {
      const legs = accounts.map((account) => leg(account, { amount: 5 }))
      const lateMs = START_MS + 60_000
      const backMs = START_MS + 100
      // It expires, costs nothing, and is forgotten with its account; its due row is still there then.
      await execute(bench, START_MS, reserve("r", 1_000, ...legs))
      await execute(bench, lateMs, stranger(...accounts))
      await execute(bench, backMs, stranger(...accounts))
      same(
        await rowsOf(bench, "SELECT DISTINCT last_ms, lead_ms FROM {schema}.account"),
        [[lateMs, lateMs - backMs]],
        "its time"
      )
      const [outcome] = await execute(bench, backMs, reserve("s", 1_000, ...legs))
      same(outcome!._tag, "Granted", "a reserve")
      same(
        await rowsOf(bench, "SELECT DISTINCT revision, reserved, holds FROM {schema}.account"),
        [[lateMs + 1, 5, 1]],
        "its next life"
      )
      await sound(bench)
    }
  })),
  ...[["a"], ["a", "b"]].map((accounts): Check => ({
    name: `what is forgotten of ${accounts.join(" and ")} begins anew by a clock that has gone back`,
    run: async (bench) => {
      const legs = accounts.map((account) => leg(account, { amount: 5 }))
      const lateMs = START_MS + 60_000
      await execute(bench, START_MS, reserve("r", 1_000, ...legs))
      // Only its time goes on.
      await execute(bench, lateMs, stranger(...accounts))
      await execute(bench, START_MS + 100, reserve("s", 1_000, ...legs))
      const lives = await rowsOf(bench, "SELECT DISTINCT revision, reserved, holds FROM {schema}.account")
      same(lives, [[lateMs + 1, 5, 1]], "its next life")
      await sound(bench)
    }
  })),
  {
    name: "what has expired in a window is written before what comes next in it",
    run: async (bench) => {
      const of = leg("a", { window: { kind: "fixed", lengthMs: 20_000 }, amount: 5, settle: "held" })
      await execute(bench, START_MS, reserve("r", 1_000, of))
      await execute(bench, START_MS + 2_000, reserve("s", 1_000, of))
      const rows = await rowsOf(
        bench,
        "SELECT cause, used_delta, reserved_delta FROM {schema}.ledger ORDER BY revision"
      )
      const expected = [
        ["reserved", 0, 5],
        ["expired", 5, -5],
        ["reserved", 0, 5]
      ]
      same(rows, expected, "the ledger")
      same(await rowsOf(bench, "SELECT tick_ms FROM {schema}.due"), [[START_MS + 3_000]], "due")
      await sound(bench)
    }
  },
  {
    name: "of an account that somebody has deleted nothing is known, whatever entries lie there",
    run: async (bench) => {
      await execute(bench, START_MS, reserve("r", 60_000, leg("a", { amount: 5 })))
      await execute(bench, START_MS, reserve("q", 60_000, leg("a", { amount: 5 })), release("q", leg("a")))
      await rowsOf(bench, "DELETE FROM {schema}.account")
      await rowsOf(bench, "DELETE FROM {schema}.due")
      const answers = await execute(
        bench,
        START_MS + 5,
        reserve("s", 1_000, leg("a", { amount: 3 })),
        { kind: "lookup", id: "r", legs: [leg("a")] },
        finalize("r", leg("a", { actual: 1 })),
        release("q", leg("a"))
      )
      same(
        answers.map(({ _tag }) => _tag),
        ["Granted", "Unknown", "Unknown", "Unknown"],
        "the answers"
      )
      same(await rowsOf(bench, "SELECT used, reserved FROM {schema}.account"), [[0, 3]], "the account")
    }
  },
  {
    name: "a calendar that does not know the store's day applies nothing, also where the account is open already",
    run: async (bench) => {
      const tags = [
        ["r", daily(0), "Granted"],
        ["s", daily(2), "NotApplied"],
        ["t", daily(0), "Granted"]
      ] as const
      for (const [id, of, tag] of tags) {
        const [outcome] = await execute(bench, START_MS + 1_000, reserve(id, 60_000, of))
        same(outcome!._tag, tag, id)
      }
      same(await rowsOf(bench, "SELECT reserved, period FROM {schema}.account"), [[2, 0]], "the account")
    }
  }
]
