/**
 * Amounts at their edges, and the numbers that follow from limit, used and reserved.
 */
import { debtOf, spendableOf, statusOf, warnAmount } from "@tallystick/core/machine"
import * as fc from "fast-check"
import { describe, expect, test } from "vitest"

import { given, tell } from "./given.ts"
import { amounts } from "./random.ts"

const MAX = Number.MAX_SAFE_INTEGER

describe("overflow", () => {
  test("used + reserved <= 2^53 - 1 always: what would pass it is refused and changes nothing", () => {
    const w = given({ a: { limit: null } })
    w.reserve("r", `a:${MAX}`)
    for (const refused of [
      w.reserve("s", "a:1"),
      w.charge("s", "a:1"),
      w.finalize("s", "a:1", { ifUnknown: "charge" }),
      w.extend("r", "a:1~9")
    ])
      expect(refused.accounts[0]).toMatchObject({ used: 0, reserved: MAX })
    expect(tell(w.finalize("r", `a:${MAX}`))).toBe(
      `Finalized; finalized held ${MAX} measured 9 debited ${MAX}, ${MAX}+0`
    )
  })
  test("an ending that would pass it is refused, and its hold stays", () => {
    const w = given({ a: { limit: null } })
    w.reserve("r", "a:5")
    w.charge("c", `a:${MAX - 5}`)
    expect(tell(w.finalize("r", "a:6"))).toBe(`Denied overflow; held held 5, ${MAX - 5}+5`)
    expect(tell(w.finalize("r", "a:5"))).toBe(`Finalized; finalized held 5 debited 5, ${MAX}+0`)
  })
})

describe("spendable, debt and status", () => {
  test.each<
    readonly [
      limit: number | null,
      used: number,
      reserved: number,
      spendable: number | null,
      debt: number,
      status: string
    ]
  >([
    [100, 0, 0, 100, 0, "ok"],
    [100, 79, 0, 21, 0, "ok"],
    [100, 79, 1, 20, 0, "warning"],
    [100, 80, 0, 20, 0, "warning"],
    [100, 99, 0, 1, 0, "warning"],
    [100, 99, 1, 0, 0, "blocked"],
    [100, 150, 0, 0, 50, "blocked"],
    [100, 50, 80, 0, 0, "blocked"],
    [0, 0, 0, 0, 0, "blocked"],
    [1, 0, 0, 1, 0, "ok"],
    [null, MAX, 0, null, 0, "ok"],
    [MAX, MAX - 1, 0, 1, 0, "warning"],
    [MAX, MAX, 0, 0, 0, "blocked"]
  ])("limit %s, used %i, reserved %i", (limit, used, reserved, spendable, debt, status) => {
    expect(spendableOf(limit, used, reserved)).toBe(spendable)
    expect(debtOf(limit, used)).toBe(debt)
    expect(statusOf(limit, used, reserved, undefined)).toBe(status)
  })
  test("warnAt by an amount works without a limit too; basis points do not", () => {
    expect(statusOf(null, 9, 0, { amount: 10 })).toBe("ok")
    expect(statusOf(null, 9, 1, { amount: 10 })).toBe("warning")
    expect(statusOf(100, 9, 1, { amount: 10 })).toBe("warning")
    expect(statusOf(null, MAX, 0, { basisPoints: 0 })).toBe("ok")
    expect(statusOf(100, 0, 0, { basisPoints: 0 })).toBe("warning")
    expect(statusOf(100, 99, 0, { basisPoints: 10_000 })).toBe("ok")
  })
  test("warnAt is ceil(limit * bp / 10000), exactly, up to 2^53 - 1", () => {
    fc.assert(
      fc.property(amounts, fc.integer({ min: 0, max: 10_000 }), (limit, basisPoints) => {
        const exact = (BigInt(limit) * BigInt(basisPoints) + 9_999n) / 10_000n
        expect(BigInt(warnAmount(limit, basisPoints))).toBe(exact)
      })
    )
  })
  test("a closed account is blocked, and its spendable is as ever", () => {
    const w = given()
    w.close("x", "a")
    expect(w.usage("a")).toMatchObject({ open: false, status: "blocked", spendable: 100 })
  })
})
