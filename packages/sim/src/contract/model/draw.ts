/**
 * Random commands: few ids and few accounts, so that they meet, and amounts at the edges.
 */
import type { Settings, Window } from "@tallystick/core/machine"
import * as fc from "fast-check"

import { FIXED_MS, IDLE_MS } from "../leg.ts"

const MAX = Number.MAX_SAFE_INTEGER

export interface Account {
  readonly name: string
  readonly window: Window["kind"]
  readonly limit: number | null | undefined
}

/** Every kind of window and limit; one id with two windows; ids whose order in bytes is not that of UTF-16; one that is not known. */
export const pool: ReadonlyArray<Account> = [
  { name: "a", window: "none", limit: 10 },
  { name: "a", window: "fixed", limit: 100 },
  { name: "b", window: "idle", limit: 100 },
  { name: "c", window: "calendar", limit: 12 },
  { name: "\u{1F600}", window: "none", limit: null },
  { name: "\uFF5E", window: "fixed", limit: MAX },
  { name: "d", window: "none", limit: undefined }
]

/** Accounts that commands of an id mostly name, so that they fit each other. */
export const usualLegs: Readonly<Record<string, ReadonlyArray<number>>> = {
  r1: [0, 1],
  r2: [2, 3, 5],
  r3: [4],
  r4: [1],
  r5: [1, 4]
}

/** And how those legs settle, by the number of the account. */
export const usualSettle = ["held", "actual", "none", "actual", "actual", "actual", "actual"] as const

const edges = fc
  .tuple(fc.integer({ min: 0, max: 53 }), fc.integer({ min: -1, max: 1 }))
  .map(([k, d]) => Math.min(MAX, Math.max(0, 2 ** k + d)))

const amounts = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 0, max: 12 }) },
  { weight: 2, arbitrary: edges },
  { weight: 2, arbitrary: fc.constantFrom(99, 100, 101, MAX, MAX - 1, MAX - 10) }
)

/** True in all but one of `n`. */
const mostly = (n: number) => fc.integer({ min: 0, max: n - 1 }).map((drawn) => drawn < n - 1)

const legs = fc.record({
  index: fc.nat({ max: pool.length - 1 }),
  unit: mostly(30).map((usual) => (usual ? "u" : "v")),
  limit: fc.oneof(
    { withCrossShrink: true },
    { weight: 12, arbitrary: fc.constant("own" as const) },
    { weight: 1, arbitrary: fc.constantFrom(0, 9, 10, 11, 100, 2 ** 40, MAX, null, undefined) }
  ),
  amount: amounts,
  measured: fc.option(amounts, { nil: undefined }),
  hasAmount: mostly(5),
  settle: fc.constantFrom("actual", "actual", "actual", "none", "held"),
  warnAt: fc.oneof(
    { withCrossShrink: true },
    { weight: 3, arbitrary: fc.constant(undefined) },
    { weight: 1, arbitrary: fc.record({ amount: amounts }) },
    { weight: 1, arbitrary: fc.record({ basisPoints: fc.constantFrom(0, 1, 3_333, 5_000, 9_999, 10_000) }) }
  )
})

const adjustments = fc.oneof(
  fc.record({
    kind: fc.constant("setLimit"),
    limit: fc.constantFrom<number | string | null>("code", null, 0, 9, 10, 11, 100, MAX)
  }),
  fc.record({ kind: fc.constant("credit"), amount: fc.constantFrom(1, -1, 0, 10, -10, MAX, -MAX) }),
  fc.constantFrom({ kind: "reopen" }, { kind: "close" }, { kind: "reset" })
)

const kinds = [
  "lookup",
  "reserve",
  "reserve",
  "reserve",
  "extend",
  "extend",
  "extend",
  "finalize",
  "finalize",
  "release",
  "charge",
  "adjust"
] as const

/** What one command is drawn as; the time of its call is not known yet. */
export const drawnCommand = (settings: Settings) => {
  const horizon = Math.max(0, settings.settledRetentionMs - settings.longestCallMs)
  return fc.record({
    kind: fc.constantFrom(...kinds),
    id: fc.constantFrom("r1", "r2", "r3", "r4", "r5"),
    usual: mostly(6),
    legs: fc.uniqueArray(legs, { minLength: 1, maxLength: 3, selector: ({ index }) => index }),
    ttlMs: fc.constantFrom(1, 999, 1_000, 1_001, 5_000, 12_345, 60_000),
    hasTtl: fc.boolean(),
    whenUnknown: fc.constantFrom(undefined, undefined, "refund", "charge-measured", "charge-held"),
    overage: fc.constantFrom("debit", "debit", "cap"),
    ifUnknown: fc.constantFrom("mark", "charge"),
    sentAgoMs: fc.constantFrom(0, 0, 0, Math.max(0, horizon - 1), horizon, horizon + 1),
    adjustment: adjustments
  })
}

export type DrawnCommand = ReturnType<typeof drawnCommand> extends fc.Arbitrary<infer A> ? A : never

/** How the clock moves before a call: edges of the grid, of windows and of retentions; back by up to an hour. */
export const jumps = (settings: Settings) =>
  fc.oneof(
    { withCrossShrink: true },
    { weight: 8, arbitrary: fc.constantFrom(0, 0, 1, 500, 999, 1_000, 1_001, 4_000) },
    {
      weight: 3,
      arbitrary: fc.constantFrom(
        FIXED_MS - 1,
        FIXED_MS,
        FIXED_MS + 1,
        IDLE_MS - 1,
        IDLE_MS,
        IDLE_MS + 1,
        9_999,
        29_999,
        30_000,
        60_000
      )
    },
    { weight: 2, arbitrary: fc.constantFrom(-1, -1_000, -FIXED_MS, -60_000, -3_600_000) },
    {
      weight: 1,
      arbitrary: fc.constantFrom(
        settings.settledRetentionMs,
        settings.settledRetentionMs - 1,
        settings.unsettledRetentionMs,
        settings.unsettledRetentionMs + 3_600_001
      )
    }
  )
