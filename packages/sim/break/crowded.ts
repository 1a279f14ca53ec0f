/**
 * Programs of a few accounts with many commands in each call, most of them holds with deadlines of their own: what one command of a call leaves for
 * the next one is in no row yet.
 */
import { readCommand } from "@tallystick/core/machine"
import type { AccountRef, Command } from "@tallystick/core/machine"
import * as fc from "fast-check"

import { windowAt } from "../../core/test/machine/random.ts"

const accounts = [
  { account: "a", window: "none", limit: 20 },
  { account: "b", window: "idle", limit: 20 },
  { account: "c", window: "calendar", limit: 20 }
] as const

export const crowdedRefs = (nowMs: number): ReadonlyArray<AccountRef> =>
  accounts.map(({ account, window, limit }) => ({ account, window: windowAt(window, nowMs), limit })) as never

const drawn = fc.record({
  kind: fc.constantFrom(
    ...(["reserve", "reserve", "reserve", "reserve", "release", "finalize", "extend", "adjust", "lookup"] as const)
  ),
  id: fc.integer({ min: 1, max: 6 }).map((number) => `r${number}`),
  ttlMs: fc.constantFrom(1_000, 2_000, 3_000, 4_000, 5_000, 6_000),
  amount: fc.constantFrom(1, 2, 3, 5, 18, 20),
  accounts: fc.uniqueArray(fc.nat({ max: 2 }), { minLength: 1, maxLength: 2 }),
  adjustment: fc.constantFrom({ kind: "reset" }, { kind: "credit", amount: 1 }, { kind: "setLimit", limit: 20 })
})

export const crowdedSteps = fc.array(
  fc.record({
    jumpMs: fc.constantFrom(0, 1, 999, 1_000, 1_000, 2_000, 3_000, 15_000, 20_000, 60_000),
    /** The calendar as a caller has it whose clock is behind, or ahead. */
    skewMs: fc.constantFrom(0, 0, 0, -20_000, 20_000, -1, 1),
    commands: fc.array(drawn, { minLength: 2, maxLength: 8 })
  }),
  { minLength: 4, maxLength: 14, size: "max" }
)

type Drawn = typeof drawn extends fc.Arbitrary<infer A> ? A : never

export type CrowdedStep = typeof crowdedSteps extends fc.Arbitrary<ReadonlyArray<infer A>> ? A : never

export const crowdedCommand = ({ kind, id, ttlMs, amount, adjustment, ...one }: Drawn, callerMs: number): Command => {
  const legs = one.accounts.map((at) => {
    const { account, window, limit } = accounts[at]!
    return { account, window: windowAt(window, callerMs), unit: "u", limit }
  })
  const overage = "debit"
  switch (kind) {
    case "reserve":
      return readCommand({ kind, id, ttlMs, legs: legs.map((leg) => ({ ...leg, amount })) })
    case "extend":
      return readCommand({ kind, id, ttlMs, legs: legs.map((leg) => ({ ...leg, total: amount, measured: 1 })) })
    case "finalize":
      return readCommand({
        kind,
        id,
        overage,
        ifUnknown: "charge",
        sentAgoMs: 0,
        legs: legs.map((leg) => ({ ...leg, actual: amount }))
      })
    case "adjust":
      return readCommand({ kind, id, adjustment, legs: legs.slice(0, 1) })
    case "release":
    case "lookup":
      return readCommand({ kind, id, legs })
  }
}
