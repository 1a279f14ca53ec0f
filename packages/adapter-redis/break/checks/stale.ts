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
