/**
 * When trying again can help: of each account that denies, and of the answer.
 */
import { check } from "../check.ts"
import { expectLike } from "../differ.ts"
import { FIXED_MS, IDLE_MS } from "../leg.ts"
import type { Trial } from "../trial.ts"

const group = "when to try again"
const terms = {
  f: { window: { kind: "fixed", lengthMs: FIXED_MS } },
  i: { window: { kind: "idle", idleMs: IDLE_MS } },
  low: { limit: 3 }
} as const

type Case = readonly [
  what: string,
  before: (t: Trial) => Promise<unknown>,
  legs: string,
  each: ReadonlyArray<number | null>
]

/** It is 5 s, with 15 s left of the fixed window. */
const cases: ReadonlyArray<Case> = [
  ["more than the limit: never", async () => {}, "a:101", [null]],
  ["used up, no window: never", (t) => t.charge("c", "a:100"), "a:1", [null]],
  ["used up: at the end of the window", (t) => t.charge("c", "f:100"), "f:1", [15_000]],
  ["held: at the first deadline", (t) => t.reserve("s", "a:100", 7_000), "a:1", [7_000]],
  [
    "held: at the first of several deadlines",
    async (t) => {
      await t.reserve("s", "a:60", 9_000)
      await t.reserve("u", "a:40", 3_000)
    },
    "a:50",
    [3_000]
  ],
  ["held: at the end of the window, if that is earlier", (t) => t.reserve("s", "f:100", 60_000), "f:1", [15_000]],
  ["an idle window with a live hold does not end: the deadline", (t) => t.reserve("s", "i:100", 9_000), "i:1", [9_000]],
  ["an idle window: after the silence", (t) => t.charge("c", "i:100"), "i:1", [IDLE_MS]],
  [
    "of several accounts the latest",
    async (t) => {
      await t.charge("c", "f:100")
      await t.reserve("s", "a:100", 3_000)
    },
    "a:1 f:1",
    [3_000, 15_000]
  ],
  ["of several accounts never, if one is never", (t) => t.reserve("s", "a:100", 3_000), "a:1 low:4", [3_000, null]],
  ["a closed account: never", (t) => t.close("x", "a"), "a:1", [null]]
]

const latest = (each: ReadonlyArray<number | null>): number | null =>
  each.includes(null) ? null : Math.max(...each.map(Number))

export const retryChecks = cases.map(([what, before, legs, each]) =>
  check(
    group,
    what,
    async (t) => {
      t.at(5_000)
      await before(t)
      const refusals = each.map((retryInMs) => ({ retryInMs }))
      expectLike(await t.reserve("r", legs), { _tag: "Denied", refusals, retryInMs: latest(each) })
    },
    terms
  )
)
