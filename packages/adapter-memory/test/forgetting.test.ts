/**
 * What is to be forgotten is forgotten, and what is remembered has a bound.
 */
import { readCommand } from "@tallystick/core/machine"
import { describe, expect, test } from "vitest"

import { leg, timed } from "./at.ts"
import type { Timed } from "./at.ts"

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

const requests = (w: Timed, count: number, from = 0): void => {
  for (let n = from; n < from + count; n++) w.do("charge", `r${n}`, { legs: [leg({ amount: 0 })] })
}

describe("a settled entry", () => {
  test("is unknown after settledRetention, and collected an hour later", () => {
    const w = timed({ settledRetentionMs: HOUR })
    requests(w, 1)
    expect(w.at(HOUR - 1).do("charge", "r0", { legs: [leg({ amount: 0 })] }).replayed).toBe(true)
    w.at(HOUR)
    expect(w.do("lookup", "r0", { legs: [leg()] })._tag).toBe("Unknown")
    expect(w.store.stats().settledEntries).toBe(1)
    w.at(2 * HOUR).do("lookup", "r0", { legs: [leg()] })
    expect(w.store.stats().settledEntries).toBe(0)
  })
  test("may come back with the clock, as long as it is not collected", () => {
    const w = timed({ settledRetentionMs: HOUR })
    requests(w, 1)
    expect(w.at(HOUR + 1).do("lookup", "r0", { legs: [leg()] })._tag).toBe("Unknown")
    expect(w.at(HOUR - 1).do("lookup", "r0", { legs: [leg()] })._tag).toBe("Found")
  })
})

describe("rememberAtMost", () => {
  test("the oldest go first, and are counted", () => {
    const w = timed({ rememberAtMost: 3 })
    requests(w, 5)
    expect(w.store.stats()).toMatchObject({ settledEntries: 3, forgottenEarly: 2 })
    const known = [0, 1, 2, 3, 4].map((n) => w.do("lookup", `r${n}`, { legs: [leg()] })._tag)
    expect(known).toEqual(["Unknown", "Unknown", "Found", "Found", "Found"])
  })
  test("a request that comes after a forgotten one takes nothing over from it", () => {
    const w = timed({ rememberAtMost: 1 })
    const other = () => leg({ account: "other", limit: 100 })
    w.do("reserve", "first", { ttlMs: 60_000, legs: [leg({ amount: 5 })] })
    w.do("extend", "first", { whenUnknown: "charge-held", legs: [leg({ total: 9, measured: 4 })] })
    w.do("finalize", "first", { overage: "cap", legs: [leg({ actual: 8 })] })
    requests(w, 2)
    expect(w.store.stats()).toMatchObject({ settledEntries: 1, forgottenEarly: 2 })
    w.do("reserve", "next", { ttlMs: 1_000, legs: [{ ...other(), amount: 7 }] })
    const [held] = w.do("lookup", "next", { legs: [other()] }).legs
    expect(held).toMatchObject({ state: "held", held: 7, measured: null, debited: 0, late: false })
    expect(w.do("lookup", "first", { legs: [leg()] })._tag).toBe("Unknown")
    w.at(5_000)
    expect(w.do("lookup", "next", { legs: [other()] }).legs[0]).toMatchObject({ state: "expired", debited: 0 })
    expect(w.do("finalize", "next", { legs: [{ ...other(), actual: 3 }] })).toMatchObject({
      _tag: "Finalized",
      legs: [{ late: true, debited: 3 }]
    })
  })
  test("holds, live or expired, are not dropped for it", () => {
    const w = timed({ rememberAtMost: 0 })
    w.do("reserve", "h", { ttlMs: 1_000, legs: [leg({ amount: 5 })] })
    requests(w, 5)
    w.at(5_000)
    expect(w.do("finalize", "h", { legs: [leg({ actual: 7 })] })).toMatchObject({
      _tag: "Finalized",
      legs: [{ late: true, debited: 7 }]
    })
    expect(w.store.stats()).toMatchObject({ settledEntries: 0, openEntries: 0, forgottenEarly: 6 })
  })
  test("what ran out of time is not counted", () => {
    const w = timed({ rememberAtMost: 3 })
    requests(w, 3)
    w.at(3 * HOUR)
    requests(w, 3, 10)
    expect(w.store.stats()).toMatchObject({ settledEntries: 3, forgottenEarly: 0 })
  })
})

describe("an expired hold", () => {
  test("waits unsettledRetention for its late finalize, then is unknown, and collected an hour later", () => {
    const w = timed({ unsettledRetentionMs: DAY })
    const deadline = 10_000
    w.do("reserve", "h", { ttlMs: deadline, legs: [leg({ amount: 5 })] })
    // The account stays: it has a stored limit.
    w.do("adjust", "i", { adjustment: { kind: "setLimit", limit: 50 }, legs: [leg()] })
    expect(w.at(deadline + DAY - 1).do("lookup", "h", { legs: [leg()] })).toMatchObject({
      legs: [{ state: "expired" }]
    })
    expect(w.at(deadline + DAY).do("lookup", "h", { legs: [leg()] })._tag).toBe("Unknown")
    expect(w.store.stats().openEntries).toBe(1)
    w.at(deadline + DAY + HOUR).do("lookup", "h", { legs: [leg()] })
    expect(w.store.stats().openEntries).toBe(0)
  })
})

describe("an account", () => {
  const idle = (more: object) => {
    const w = timed({ unsettledRetentionMs: DAY })
    w.do("charge", "c", { legs: [leg({ amount: 0, ...more })] })
    return w
  }
  const seen = (w: Timed) =>
    w.run(w.store.usage([{ account: "a", window: { kind: "none" }, limit: 100 }]))[0]!.revision > 0

  test("is forgotten unsettledRetention after its last change, and collected an hour later", () => {
    const w = idle({})
    expect(seen(w.at(DAY - 1))).toBe(true)
    expect(seen(w.at(DAY))).toBe(false)
    expect(w.store.stats().accounts).toBe(1)
    w.at(DAY + HOUR)
    expect(w.run(w.store.sweep(10))).toMatchObject({ accounts: 1 })
    expect(w.store.stats()).toMatchObject({ accounts: 0, openEntries: 0, settledEntries: 0 })
  })
  test.each<readonly [string, (w: Timed) => unknown]>([
    ["something used", (w) => w.do("charge", "x", { legs: [leg({ amount: 1 })] })],
    ["a stored limit", (w) => w.do("adjust", "x", { adjustment: { kind: "setLimit", limit: 1 }, legs: [leg()] })],
    ["closed", (w) => w.do("adjust", "x", { adjustment: { kind: "close" }, legs: [leg()] })]
  ])("stays with %s", (_, act) => {
    const w = idle({})
    act(w)
    w.at(100 * DAY)
    for (let n = 0; n < 5; n++) w.run(w.store.sweep(100))
    expect(seen(w)).toBe(true)
    expect(w.store.stats().accounts).toBe(1)
  })
  test("its revision never falls, though it was forgotten and collected", () => {
    const w = timed({ unsettledRetentionMs: DAY })
    for (let n = 0; n < 50; n++) w.do("charge", `c${n}`, { legs: [leg({ amount: 0 })] })
    const [before] = w.do("charge", "d", { legs: [leg({ amount: 0 })] }).accounts
    w.at(DAY + 2 * HOUR)
    w.run(w.store.sweep(1_000))
    expect(w.store.stats().accounts).toBe(0)
    expect(w.do("charge", "d", { legs: [leg({ amount: 0 })] })).toMatchObject({ replayed: false })
    expect(w.do("lookup", "d", { legs: [leg()] }).accounts[0]!.revision).toBeGreaterThan(before!.revision)
  })
})

test("nor does it fall where the clock had been far ahead", () => {
  const w = timed({ unsettledRetentionMs: DAY })
  // So many accounts that the last one is looked at by nobody before the sweep.
  for (let from = 0; from < 64; from += 16)
    w.do("charge", "b", { legs: Array.from({ length: 16 }, (_, n) => leg({ account: `a${from + n}`, amount: 0 })) })
  const legs = [leg({ account: "a63", amount: 0 })]
  w.at(3_650 * DAY).do("charge", "c", { legs })
  const [before] = w.at(0).do("charge", "d", { legs }).accounts
  w.at(2 * DAY)
  w.run(w.store.sweep(1_000))
  expect(w.do("charge", "e", { legs }).accounts[0]!.revision).toBeGreaterThan(before!.revision)
})

describe("sweep", () => {
  test("collects up to its limit, and says whether there is more", () => {
    const w = timed({ rememberAtMost: 1_000 })
    requests(w, 20)
    w.at(3 * HOUR)
    expect(w.run(w.store.sweep(15))).toEqual({ entries: 15, accounts: 0, more: true })
    expect(w.run(w.store.sweep(15))).toEqual({ entries: 5, accounts: 0, more: false })
  })
  test.each([0, -1, 1.5, 1_000_001])("of %s is refused", (limit) => {
    const w = timed()
    expect(w.failure(w.store.sweep(limit)).message).toBe(`limit must be an integer from 1 to 1000000, was ${limit}`)
  })
})

test("an account that was touched while the clock was ten years ahead does not keep the others from being collected", () => {
  const w = timed({ unsettledRetentionMs: DAY })
  w.at(3_650 * DAY).do("charge", "x", { legs: [leg({ account: "ahead", amount: 1 })] })
  w.do("reserve", "y", { ttlMs: 1_000, legs: [leg({ account: "ahead", amount: 1 })] })
  w.at(0)
  requests(w, 10)
  w.do("reserve", "h", { ttlMs: 1_000, legs: [leg({ amount: 1 })] })
  w.at(2 * DAY)
  w.run(w.store.sweep(100))
  expect(w.store.stats()).toMatchObject({ settledEntries: 1, openEntries: 1, forgottenEarly: 0 })
})

test("a week of a busy service in constant memory", () => {
  const retentionMs = 12 * HOUR
  const w = timed({ unsettledRetentionMs: retentionMs })
  const perMinute = 3
  const days = 8
  const samples: Array<{ open: number; settled: number; accounts: number }> = []
  let changes = 0
  const window = { kind: "fixed", lengthMs: DAY } as const
  for (let minute = 0; minute < days * 24 * 60; minute++) {
    w.at(minute * MINUTE)
    for (let n = 0; n < perMinute; n++) {
      const id = `r${minute}.${n}`
      // 50 users with a daily limit; a session for each minute, which nobody names again.
      const legs = [
        leg({ account: `user:${n % 50}`, window, limit: null, amount: 5 }),
        leg({ account: `session:${minute}`, amount: 1, settle: "none" })
      ]
      const actuals = [{ ...legs[0], actual: 4 }, legs[1]!]
      const commands = [readCommand({ kind: "reserve", id, ttlMs: 30_000, legs })]
      // One in three is never ended.
      if (n > 0) commands.push(readCommand({ kind: "finalize", id, legs: actuals }))
      for (const answer of w.run(w.store.execute(commands))) changes += answer.granted ? 1 : 0
    }
    const { openEntries: open, settledEntries: settled, accounts } = w.store.stats()
    if (minute % (24 * 60) === 24 * 60 - 1) samples.push({ open, settled, accounts })
  }
  expect(changes).toBe(days * 24 * 60 * (2 * perMinute - 1))
  const [warm, ...more] = samples.slice(2)
  expect(more.length).toBe(days - 3)
  for (const day of more) expect(day).toMatchObject({ open: warm!.open, settled: warm!.settled })
  // Two legs each, for the retention and the hour after it. An account is looked at once per retention, so that it may stay for two.
  const kept = (forMs: number): number => forMs / MINUTE + 1
  for (const day of samples) {
    expect(day.settled).toBeLessThanOrEqual(2 * (perMinute - 1) * kept(2 * HOUR))
    expect(day.open).toBeLessThanOrEqual(2 * kept(retentionMs + HOUR))
    expect(day.accounts).toBeLessThanOrEqual(perMinute + 2 * kept(retentionMs + HOUR))
  }
  expect(w.store.stats().forgottenEarly).toBe(0)
}, 60_000)
