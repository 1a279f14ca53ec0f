/**
 * Holds that expired and that nobody ended stay for as long as they are remembered, and an hour; then they are collected, some with each change.
 */
import { Bench, same, settings } from "../bench.ts"
import type { Check } from "../check.ts"

const HOUR_MS = 3_600_000

/** The script goes through some of 200, so that a hundred thousand need not be made. */
export const holdsCheck: Check = {
  name: "holds, some at a time",
  run: async (client, script) => {
    const bench = new Bench(client, script)
    const legs = [{ account: "a", window: { kind: "none" } as const }] as const
    const ids = Array.from({ length: 200 }, (_, at) => `r${at}`)
    await bench.execute(...ids.map((id) => bench.reserve(id, "a")))
    const seen: Array<string> = []
    let cursor = "0"
    let calls = 0
    do {
      const question = { kind: "holds", legs, cursor, count: 50 } as const
      const [, said] = JSON.parse(String(await bench.ask(bench.encode([question], bench.nowMs))))
      const [tag, next, timeMs, period, ...found] = said
      same([tag, timeMs, period], ["Holds", bench.nowMs, 0], "what it says first")
      for (let at = 0; at < found.length; at += 2) {
        seen.push(found[at])
        same([found[at + 1][0], found[at + 1][6]], ["held", 5], "the entry")
      }
      cursor = String(next)
      calls++
    } while (cursor !== "0")
    same([...new Set(seen)].toSorted(), ids.toSorted(), "each was seen")
    if (calls < 3 || calls > 8) throw new Error(`${calls} calls for 200 holds, 50 at a time`)
  }
}

const unlistedCheck: Check = {
  name: "of an account that is forgotten no hold is listed",
  run: async (client, script) => {
    const bench = new Bench(client, script)
    const legs = [{ account: "a", window: { kind: "none" } as const }] as const
    const listed = async (): Promise<number> => {
      const question = { kind: "holds", legs, cursor: "0", count: 50 } as const
      const [, said] = JSON.parse(String(await bench.ask(bench.encode([question], bench.nowMs))))
      return (said.length - 4) / 2
    }
    await bench.execute(bench.reserve("r", "a"))
    bench.nowMs += unknownAfterMs - 1
    same(await listed(), 1, "just before")
    bench.nowMs += 1
    same(await listed(), 0, "as it is forgotten")
  }
}

/** A hold lives for a second, and its deadline lies on a grid of one: it is unknown so long after it was made. */
const unknownAfterMs = 1_000 + settings.unsettledRetentionMs

const collected = (count: number, most: number): Check => ({
  name: `${count} holds that expired at once are collected, none too early, by ${most} changes`,
  run: async (client, script) => {
    const bench = new Bench(client, script)
    const startMs = bench.nowMs
    await bench.execute(...Array.from({ length: count }, (_, at) => bench.reserve(`r${at}`, "a")))
    const changeAt = async (afterMs: number, id: string): Promise<number> => {
      bench.nowMs = startMs + afterMs
      await bench.execute(bench.charge(id, "a"))
      const { holds, row } = await bench.account("a")
      same(row["staleHolds"], holds.length, "what is known of them")
      return holds.length
    }
    same(await changeAt(1_000, "expires"), count, "as they expire")
    same(await changeAt(unknownAfterMs + HOUR_MS - 1, "just before"), count, "before the hour is over")
    let left = count
    let changes = 0
    for (; left > 0 && changes < most; changes++) {
      const after = await changeAt(unknownAfterMs + HOUR_MS, `c${changes}`)
      if (after > left) throw new Error(`${after} of ${left} are left`)
      left = after
    }
    same(left, 0, `after ${changes} changes`)
  }
})

export const staleChecks: ReadonlyArray<Check> = [
  unlistedCheck,
  {
    name: "a hold that falls due before those that an expiry left expires in its turn",
    run: async (client, script) => {
      const bench = new Bench(client, script)
      await bench.execute(bench.reserve("first", "a"), { ...bench.reserve("long", "a"), ttlMs: 60_000 })
      bench.nowMs += 2_000
      await bench.execute(bench.charge("c", "a"))
      await bench.execute(bench.reserve("second", "a"))
      bench.nowMs += 2_000
      await bench.execute(bench.charge("d", "a"))
      const { row } = await bench.account("a")
      same([row["reserved"], row["liveHolds"], row["staleHolds"]], [5, 1, 2], "only the long one is held")
    }
  },
  collected(1, 1),
  collected(150, 8),
  {
    name: "of expired holds one is ended late, one is made anew, and two go later than the first",
    run: async (client, script) => {
      const bench = new Bench(client, script)
      const startMs = bench.nowMs
      // Something is used, so that the account is not forgotten.
      await bench.execute(bench.charge("used", "a"))
      await bench.execute(...["late", "anew", "first"].map((id) => bench.reserve(id, "a")))
      bench.nowMs = startMs + 5_000
      await bench.execute(bench.release("late", "a"), bench.reserve("second", "a"))
      const left = async (): Promise<ReadonlyArray<string>> => {
        const { holds, row } = await bench.account("a")
        const stale = holds.filter(({ values }) => Number(values["deadlineMs"]) <= bench.nowMs)
        same(row["staleHolds"], stale.length, "what is known of them")
        return holds.map(({ id }) => id).toSorted()
      }
      same(await left(), ["anew", "first", "second"], "ended late")
      bench.nowMs = startMs + unknownAfterMs
      await bench.execute(bench.reserve("anew", "a"))
      same(await left(), ["anew", "first", "second"], "made anew")
      bench.nowMs = startMs + unknownAfterMs + HOUR_MS
      await bench.execute(bench.charge("c", "a"))
      same(await left(), ["anew", "second"], "the first is collected")
      bench.nowMs += HOUR_MS - 1
      await bench.execute(bench.charge("d", "a"))
      same(await left(), ["anew", "second"], "looked through once an hour")
      bench.nowMs += 1
      await bench.execute(bench.charge("e", "a"))
      same(await left(), [], "all are collected")
    }
  }
]
