/**
 * Holds that expired leave the index 64 at a time.
 */
import { numberOf } from "../audit.ts"
import { Bench, same } from "../bench.ts"
import type { Check } from "../check.ts"

/** So many expire at once; so many are left after each change that follows. */
const rows: ReadonlyArray<readonly [count: number, left: ReadonlyArray<number>]> = [
  [63, [0, 0]],
  [64, [0, 0]],
  [65, [1, 0]],
  [150, [86, 22, 0, 0]]
]

/** The script is asked for some of five, so that a thousand need not be made. */
export const holdsCheck: Check = {
  name: "some of the holds, in the order of their deadlines",
  run: async (client, script) => {
    const bench = new Bench(client, script)
    const legs = [{ account: "a", window: { kind: "none" } as const }] as const
    for (let second = 1; second <= 5; second++)
      await bench.execute({ ...bench.reserve(`r${second}`, "a"), ttlMs: 1_000 * second })
    bench.nowMs += 1_000
    const question = { kind: "holds", legs, from: 1, count: 2 } as const
    const reply = (await bench.ask(bench.encode([question], bench.nowMs))) as ReadonlyArray<string>
    same(reply.slice(3), ["r3", "r4"], "two, from the second one that lives on")
  }
}

export const staleChecks: ReadonlyArray<Check> = rows.map(([count, left]) => ({
  name: `${count} holds that expired at once leave ${left.join(", ")}`,
  run: async (client, script) => {
    const bench = new Bench(client, script)
    await bench.execute(...Array.from({ length: count }, (_, at) => bench.reserve(`r${at}`, "a")))
    bench.nowMs += 2_000
    for (const [at, expected] of left.entries()) {
      await bench.execute(bench.charge(`c${at}`, "a"))
      const account = await bench.account("a")
      same(account.holds.size, expected, `after ${at + 1} changes`)
      const known = numberOf(account, "staleHolds")
      if (known < expected || known > count) throw new Error(`${known} are known of ${expected}`)
    }
    same(numberOf(await bench.account("a"), "staleHolds"), 0, "in the end none is known")
  }
}))
