/**
 * Windows: when an account rolls, and when it opens the next.
 */
import { describe, expect, test } from "vitest"

import { causes, given, tell } from "./given.ts"
import type { Terms } from "./given.ts"

const fixed: Terms = { window: { kind: "fixed", lengthMs: 60_000 } }
const idle: Terms = { window: { kind: "idle", idleMs: 30_000 } }

describe("fixed", () => {
  test("rolls when the clock has reached the end: period + 1, used and reserved from 0, one revision", () => {
    const w = given({ a: fixed })
    w.at(59_000).charge("c", "a:5")
    w.reserve("r", "a:5", 60_000)
    const { revision } = w.usage("a")
    expect(w.at(59_999).usage("a")).toMatchObject({ used: 5, reserved: 5, period: 0, resetsInMs: 1, revision })
    expect(w.at(60_000).usage("a")).toMatchObject({
      used: 0,
      reserved: 0,
      period: 1,
      resetsInMs: 60_000,
      revision: revision + 1
    })
  })
  test("the first change after a roll opens the next window; one without a change is never rolled", () => {
    const w = given({ a: fixed })
    w.at(1_000).charge("c", "a:5")
    expect(w.at(61_000).reserve("d", "a:101")._tag).toBe("Denied")
    expect(causes(w)).toBe("rolled")
    // No window is open: three windows later nothing rolls.
    w.at(250_000).charge("e", "a:1")
    expect(causes(w)).toBe("charged")
    expect(w.usage("a")).toMatchObject({ used: 1, period: 1, resetsInMs: 50_000 })
    w.at(1_000_000).charge("f", "a:1")
    expect(causes(w)).toBe("rolled charged")
    expect(w.usage("a")).toMatchObject({ used: 1, period: 2 })
  })
  test("first all expiries, tick by tick, then at most one roll", () => {
    const w = given({ a: fixed })
    w.at(0).reserve("r", "a:5/held", 10_000)
    w.reserve("s", "a:3/held", 20_000)
    w.reserve("t", "a:1/held", 70_000)
    w.at(60_000).charge("c", "a:1")
    expect(causes(w)).toBe("expired expired rolled charged")
    expect(
      w.changes
        .filter((change) => change.cause !== "timed")
        .map(({ usedDelta, reservedDelta }) => [usedDelta, reservedDelta])
    ).toEqual([
      [5, -5],
      [3, -3],
      [-8, -1],
      [1, 0]
    ])
  })
  test("counts from the epoch, also before it", () => {
    const w = given({ a: fixed })
    expect(w.at(-1).charge("c", "a:1").accounts[0]!.resetsInMs).toBe(1)
  })
})

describe("idle", () => {
  test("rolls after a silence: from the last change, not from reads or denials", () => {
    const w = given({ a: idle })
    w.at(1_000).charge("c", "a:5")
    w.at(20_000).lookup("c", "a")
    expect(w.reserve("d", "a:101")._tag).toBe("Denied")
    expect(w.at(30_999).usage("a")).toMatchObject({ used: 5, period: 0, resetsInMs: 1 })
    expect(w.at(31_000).usage("a")).toMatchObject({ used: 0, period: 1, resetsInMs: 30_000 })
  })
  test("a change begins the silence again", () => {
    const w = given({ a: idle })
    w.at(1_000).charge("c", "a:5")
    w.at(30_999).charge("e", "a:0")
    expect(w.at(60_998).usage("a").used).toBe(5)
    expect(w.at(60_999).usage("a").used).toBe(0)
  })
  test("an account with a live hold is not silent; an expiry counts at its tick", () => {
    const w = given({ a: idle })
    w.at(0).charge("c", "a:5")
    w.reserve("r", "a:1", 50_000)
    expect(w.at(49_999).usage("a")).toMatchObject({ used: 5, reserved: 1, period: 0, resetsInMs: 30_000 })
    expect(w.at(79_999).usage("a")).toMatchObject({ used: 5, reserved: 0, period: 0, resetsInMs: 1 })
    expect(w.at(80_000).usage("a")).toMatchObject({ used: 0, period: 1 })
  })
  test("silence is counted in the account's time, not by the clock", () => {
    const w = given({ a: idle })
    w.at(1_000_000).charge("c", "a:5")
    w.at(0).charge("e", "a:0")
    expect(w.at(29_999).usage("a").used).toBe(5)
    expect(w.at(30_000).usage("a").used).toBe(0)
  })
})

test("a user's daily and monthly limit are two accounts", () => {
  const month: Terms = { account: "a", window: { kind: "fixed", lengthMs: 1_000_000 } }
  const w = given({ a: fixed, m: { ...month, limit: 150 } })
  w.at(1_000).charge("c", "a:90 m:90")
  expect(tell(w.at(60_000).reserve("r", "a:61 m:61"))).toBe("Denied limit; none, 0+0; none, 90+0")
  expect(tell(w.reserve("r", "a:60 m:60"))).toBe("Granted; held held 60, 0+60; held held 60, 90+60")
})

test("a reset leaves the window as it is", () => {
  const w = given({ a: fixed })
  w.at(1_000).charge("c", "a:5")
  w.at(2_000).reset("i", "a")
  expect(w.usage("a")).toMatchObject({ used: 0, period: 0, resetsInMs: 58_000 })
})

test("an entry of an earlier period: its release, too, moves nothing but what was measured above its hold", () => {
  const w = given({ a: fixed })
  w.at(59_000).reserve("r", "a:5", 30_000)
  w.extend("r", "a:~9")
  expect(tell(w.at(60_000).release("r", "a"))).toBe("Released; released held 5 measured 9 debited 9 over 4 passed, 4+0")
})

test("growth is refused on all legs if one leg's window has passed, and names it", () => {
  const w = given({ a: fixed })
  w.at(59_000).reserve("r", "a:5 b:5", 30_000)
  w.at(60_000).charge("c", "a:0")
  const answer = w.extend("r", "a b:6")
  expect(tell(answer)).toBe("Extended not grown; held held 5 passed, 0+0; held held 5, 0+5")
  expect(answer).toMatchObject({
    granted: false,
    replayed: false,
    denial: { reason: "windowPassed", retryInMs: null, refusals: [{ account: "a", asked: 0, retryInMs: null }] }
  })
})
