/**
 * What a denial says of trying again: the first deadline of the account's own holds that still live, as this call leaves them.
 */
import { charge, execute, leg, release, reserve, rowsOf, same, sound, START_MS } from "./bench.ts"
import type { Bench, Check } from "./check.ts"

const of = (amount: number, more: object = {}) => leg("a", { amount, limit: 10, ...more })
const idle = { window: { kind: "idle", idleMs: 3_600_000 } }
const fixed = { window: { kind: "fixed", lengthMs: 20_000 } }

/** The last of these commands is denied, and can be granted in so many milliseconds. */
const deniedFor = async (bench: Bench, nowMs: number, leftMs: number, ...commands: ReadonlyArray<object>) => {
  const denial = (await execute(bench, nowMs, ...commands)).at(-1)
  if (denial?._tag !== "Denied") throw new Error(JSON.stringify(denial))
  same(denial.retryInMs, leftMs, "retryInMs")
}

export const firstDeadlineChecks: ReadonlyArray<Check> = [
  {
    name: "a denial knows nothing of the holds of the account's other windows",
    run: async (bench) => {
      for (const second of [1, 2, 3]) await execute(bench, START_MS, reserve(`o${second}`, second * 1_000, of(1, idle)))
      await execute(bench, START_MS, reserve("r", 9_000, of(5)))
      await deniedFor(bench, START_MS, 9_000, reserve("s", 1_000, of(6)))
    }
  },
  {
    name: "a denial knows nothing of the holds of windows that have passed",
    run: async (bench) => {
      for (const second of [21, 22, 23])
        await execute(bench, START_MS, reserve(`o${second}`, second * 1_000, of(1, fixed)))
      await execute(bench, START_MS + 20_000, reserve("r", 9_000, of(5, fixed)))
      await deniedFor(bench, START_MS + 20_000, 9_000, reserve("s", 1_000, of(6, fixed)))
    }
  },
  ...[3_000, 4_000].map((passedMs): Check => ({
    name: `a denial knows nothing of what has expired in this call, ${passedMs - 2_000} ms ago by an account whose clock leads`,
    run: async (bench) => {
      await execute(bench, START_MS, reserve("r", 2_000, of(4)))
      await execute(bench, START_MS, reserve("s", 30_000, of(5)))
      // From here on the account is 5 s ahead of the clock.
      await execute(bench, START_MS - 5_000, charge("c", of(1)))
      await deniedFor(bench, START_MS - 5_000 + passedMs - 1_000, 31_000 - passedMs, reserve("t", 1_000, of(6)))
      same(await rowsOf(bench, "SELECT reserved FROM {schema}.account"), [[5]], "reserved")
    }
  })),
  {
    name: "what comes and goes within a call leaves the holds of its deadline as they were, also in a denial",
    run: async (bench) => {
      await execute(bench, START_MS, reserve("r", 5_000, of(5)))
      const passing = [reserve("s", 5_000, of(3)), release("s", of(3))]
      await deniedFor(bench, START_MS, 5_000, ...passing, reserve("t", 1_000, of(6)))
      same(await rowsOf(bench, "SELECT holds, amount FROM {schema}.due"), [[1, 5]], "due")
      await sound(bench)
    }
  },
  {
    name: "a denial knows nothing of an earlier window's hold that is renewed before it",
    run: async (bench) => {
      await execute(bench, START_MS, reserve("r", 21_000, of(1, fixed)))
      await execute(bench, START_MS + 20_000, reserve("s", 9_000, of(5, fixed)))
      const renewal = { kind: "extend", id: "r", ttlMs: 3_000, legs: [leg("a", { limit: 10, ...fixed })] }
      await deniedFor(bench, START_MS + 20_000, 9_000, renewal, reserve("t", 1_000, of(6, fixed)))
    }
  },
  {
    name: "a denial knows a hold of the deadline at which an earlier window's has just ended",
    run: async (bench) => {
      await execute(bench, START_MS, reserve("r", 25_000, of(1, fixed)))
      await execute(bench, START_MS + 20_000, reserve("s", 5_000, of(5, fixed)))
      await deniedFor(bench, START_MS + 20_000, 5_000, release("r", of(1, fixed)), reserve("t", 1_000, of(6, fixed)))
    }
  },
  {
    name: "a denial behind that of another account knows nothing of the window that has passed in between",
    run: async (bench) => {
      await execute(bench, START_MS, reserve("r", 22_000, of(1, fixed)), reserve("f", 90_000, leg("b", { amount: 1 })))
      const full = reserve("g", 1_000, leg("b", { amount: 1, limit: 1 }))
      const next = [reserve("s", 9_000, of(8, fixed)), reserve("t", 1_000, of(5, fixed))]
      await deniedFor(bench, START_MS + 20_000, 9_000, full, ...next)
    }
  }
]
