/**
 * The reasons in brackets in MACHINE.md, each as the sequence that breaks the obvious version of its rule.
 */
import { describe, expect, test } from "vitest"

import { causes, given, tell } from "./given.ts"

const HOUR = 3_600_000
const DAY = 24 * HOUR
const TEN_YEARS = 10 * 365 * DAY
const fixed = { kind: "fixed", lengthMs: DAY } as const

describe("a limit in code is a parameter, never state, so that two versions of an app can run side by side", () => {
  test("each version is judged by its own limit, whichever came before", () => {
    const w = given({ a: { limit: 10 } })
    w.reserve("old", "a:10")
    expect(tell(w.with("a", { limit: 20 }).reserve("new", "a:10"))).toBe("Granted; held held 10, 0+20")
    expect(tell(w.with("a", { limit: 10 }).reserve("old2", "a:1"))).toBe("Denied limit; none, 0+20")
    expect(w.usage("a")).toMatchObject({ limit: 10, limitFrom: "code", spendable: 0 })
    expect(w.with("a", { limit: 30 }).usage("a")).toMatchObject({ limit: 30, limitFrom: "code", spendable: 10 })
  })
  test("a stored limit wins over both", () => {
    const w = given({ a: { limit: 10 } })
    w.setLimit("i", "a", 5)
    expect(tell(w.reserve("r", "a:6"))).toBe("Denied limit; none, 0+0")
    expect(w.usage("a")).toMatchObject({ limit: 5, limitFrom: "stored" })
    w.setLimit("j", "a", "code")
    expect(tell(w.reserve("r", "a:6"))).toBe("Granted; held held 6, 0+6")
  })
})

describe("a clock that was ten years ahead for a second must not keep holds alive for ten years, nor bring expired ones back", () => {
  test("a hold made while the clock was ahead expires after its ttl", () => {
    const w = given()
    w.at(TEN_YEARS).reserve("r", "a:5", 10_000)
    w.at(1_000).lookup("r", "a")
    expect(tell(w.at(1_000).reserve("s", "a:1"))).toBe("Granted; held held 1, 0+6")
    expect(tell(w.at(10_999).lookup("r", "a"))).toBe("Found; held held 5, 0+6")
    expect(tell(w.at(11_000).lookup("r", "a"))).toBe("Found; expired held 5, 0+0")
  })
  test("a hold that expired while the clock was ahead stays expired", () => {
    const w = given()
    w.reserve("r", "a:5", 10_000)
    w.at(TEN_YEARS).charge("x", "a:0")
    // It is forgotten by then; so is one that was made a moment before.
    w.reserve("s", "a:5", 10_000)
    w.at(TEN_YEARS + 10_000).charge("y", "a:0")
    expect(tell(w.at(1_000).lookup("r", "a"))).toBe("Unknown; none, 0+0")
    expect(tell(w.at(1_000).lookup("s", "a"))).toBe("Found; expired held 5, 0+0")
  })
  test("an account's time never goes back and never stands still, also by a denial", () => {
    const w = given()
    w.at(100_000).charge("x", "a:0")
    expect(w.reserve("d", "a:101")._tag).toBe("Denied")
    expect(w.at(40_000).usage("a").timeMs).toBe(100_000)
    expect(w.reserve("d", "a:101")._tag).toBe("Denied")
    expect(w.at(40_001).usage("a").timeMs).toBe(100_001)
    expect(w.at(90_000).usage("a").timeMs).toBe(150_000)
  })
  test("without the denial's touch the same clock readings are the same time", () => {
    const w = given()
    w.at(100_000).charge("x", "a:0")
    expect(w.at(40_000).usage("a").timeMs).toBe(100_000)
    expect(w.at(40_001).usage("a").timeMs).toBe(100_000)
  })
})

describe("100,000 holds may expire at once without holding the server", () => {
  test("all holds of one tick are one change, one revision, one ledger row with their number and sums", () => {
    const w = given({ a: { limit: null } })
    for (let n = 0; n < 1_000; n++) w.at(1 + (n % 900)).reserve(`r${n}`, "a:3/held", 9_000)
    const { revision } = w.usage("a")
    w.at(10_000).charge("x", "a:0")
    expect(causes(w)).toBe("expired charged")
    expect(w.changes.find((change) => change.cause === "expired")).toMatchObject({
      usedDelta: 3_000,
      reservedDelta: -3_000,
      atMs: 10_000,
      due: [{ tickMs: 10_000, period: 0, count: -1_000, amount: -3_000, cost: -3_000 }]
    })
    expect(w.usage("a")).toMatchObject({ used: 3_000, reserved: 0, revision: revision + 2 })
  })
  test("the due rows that a command fetches do not grow with the holds", () => {
    const w = given({ a: { limit: null } })
    for (let n = 0; n < 500; n++) w.reserve(`r${n}`, "a:1", 10_000 + n * 1_000)
    const ticks = w.rows("a", "r250", null, 400_000).due.map((row) => row.tickMs)
    expect(ticks).toEqual([10_000, 260_000, 400_000])
  })
})

describe("a holder that extends has begun; else a lost answer to a reserve would be charged for a call that never ran", () => {
  test("a reserve whose answer was lost costs nothing at its expiry", () => {
    const w = given()
    w.reserve("r", "a:5", 10_000)
    w.at(10_000)
    expect(tell(w.lookup("r", "a"))).toBe("Found; expired held 5, 0+0")
  })
  test.each<readonly [string, ReadonlyArray<string>, cost: number]>([
    ["refund", ["refund"], 0],
    ["charge-measured", ["charge-measured"], 3],
    ["charge-held", ["charge-held"], 5],
    ["of those set the dearest", ["refund", "charge-held", "charge-measured"], 5],
    ["of those set the dearest", ["charge-measured", "refund"], 3],
    ["the default is not one that was set", ["refund", "refund"], 0]
  ])("only extend sets another policy: %s", (_, policies, cost) => {
    const w = given()
    w.reserve("r", "a:5", 10_000)
    w.extend("r", "a:~3")
    for (const whenUnknown of policies) w.extend("r", "a", { whenUnknown })
    w.at(10_000)
    expect(w.sums("a")).toBe(`${cost}+0`)
  })
  test("an expiry never charges more than the hold", () => {
    const w = given()
    w.reserve("r", "a:5", 10_000)
    w.extend("r", "a:~90")
    w.at(10_000)
    expect(tell(w.lookup("r", "a"))).toBe("Found; expired held 5 measured 90 debited 5, 5+0")
  })
})

describe("data loss, or a store that was down at the reserve", () => {
  test("a finalize debits an unknown id at once if told to, also on a closed account, and only once", () => {
    const w = given()
    w.close("x", "a")
    const answer = "Finalized; finalized debited 7 over 7 unreserved, 7+0"
    expect(tell(w.finalize("r", "a:7", { ifUnknown: "charge" }))).toBe(answer)
    expect(tell(w.finalize("r", "a:7", { ifUnknown: "charge" }))).toBe(answer.replace(";", " again;"))
    expect(tell(w.finalize("r", "a:7"))).toBe(answer.replace(";", " again;"))
  })
})

describe("the id may have been finalized and forgotten", () => {
  const charge = { ifUnknown: "charge" }
  test("from settledRetention less the longest call on, the store debits nothing", () => {
    const w = given({}, { settledRetentionMs: HOUR, longestCallMs: 60_000 })
    w.reserve("r", "a:5")
    w.finalize("r", "a:7")
    w.at(HOUR)
    expect(tell(w.finalize("r", "a:7", { ...charge, sentAgoMs: HOUR - 60_000 }))).toBe("Undecidable; none, 7+0")
    expect(tell(w.finalize("r", "a:7", { ...charge, sentAgoMs: HOUR - 60_001 }))).toBe(
      "Finalized; finalized debited 7 over 7 unreserved, 14+0"
    )
  })
  test("an old finalize of an id that is there is decided", () => {
    const w = given()
    w.reserve("r", "a:5")
    expect(tell(w.finalize("r", "a:7", { ...charge, sentAgoMs: DAY }))).toMatch(/^Finalized/)
    expect(tell(w.finalize("r", "a:7", { ...charge, sentAgoMs: DAY }))).toMatch(/^Finalized again/)
  })
})

describe("stopping a stream at its last token must not be free", () => {
  test("release debits what was measured, whole", () => {
    const w = given()
    w.reserve("r", "a:5 b:2/held c:1/none")
    w.extend("r", "a:~8 b c")
    expect(tell(w.release("r", "a b c"))).toBe(
      "Released; released held 5 measured 8 debited 8 over 3, 8+0; released held 2 debited 2, 2+0; released held 1, 0+0"
    )
  })
  test("finalize with 0 forgives", () => {
    const w = given()
    w.reserve("r", "a:5")
    w.extend("r", "a:~8")
    expect(tell(w.finalize("r", "a:0"))).toBe("Finalized; finalized held 5 measured 8, 0+0")
  })
})

describe("else a turn that straddles midnight is free above its hold", () => {
  const straddling = () => {
    const w = given({ a: { window: fixed } })
    w.at(DAY - 1_000).reserve("r", "a:5", 10_000)
    w.at(DAY).charge("x", "a:1")
    return w
  }
  test("an ending charges the current window what it debits above its hold", () => {
    expect(tell(straddling().finalize("r", "a:8"))).toBe("Finalized; finalized held 5 debited 8 over 3 passed, 4+0")
    expect(tell(straddling().finalize("r", "a:5"))).toBe("Finalized; finalized held 5 debited 5 passed, 1+0")
    expect(tell(straddling().release("r", "a"))).toBe("Released; released held 5 passed, 1+0")
  })
  test("so does a late one", () => {
    expect(
      tell(
        straddling()
          .at(DAY + 60_000)
          .finalize("r", "a:8")
      )
    ).toBe("Finalized; finalized held 5 debited 8 over 3 late passed, 4+0")
  })
  test("its expiry moves no sums", () => {
    const w = straddling()
    w.extend("r", "a", { whenUnknown: "charge-held" })
    expect(tell(w.at(DAY + 60_000).lookup("r", "a"))).toBe("Found; expired held 5 debited 5 passed, 1+0")
  })
  test("it can be renewed, not grown", () => {
    const w = straddling()
    expect(tell(w.extend("r", "a:9~6", { ttlMs: 60_000 }))).toBe(
      "Extended not grown; held held 5 measured 6 passed, 1+0"
    )
    expect(w.lookup("r", "a").legs[0]!.expiresInMs).toBe(60_000)
  })
})

describe("a clock that wobbles over midnight would give the limit again at every wobble", () => {
  test("a clock less than a window behind does not roll", () => {
    const w = given({ a: { window: fixed } })
    w.at(DAY - 1).charge("x", "a:10")
    w.at(DAY).charge("y", "a:20")
    for (let n = 0; n < 3; n++) {
      expect(w.at(DAY - 1).usage("a")).toMatchObject({ used: 20, period: 1, resetsInMs: DAY + 1 })
      expect(tell(w.charge(`w${n}`, "a:0"))).toBe("Charged; charged, 20+0")
      expect(tell(w.at(DAY).charge(`v${n}`, "a:0"))).toBe("Charged; charged, 20+0")
    }
    expect(w.at(1).usage("a")).toMatchObject({ used: 20, period: 1 })
  })
  test("neither do another server's boundaries", () => {
    const calendar = (...starts: [number, number, number, number]) =>
      ({ kind: "calendar", every: "day", timeZone: "Europe/Berlin", starts }) as const
    const w = given({ a: { window: calendar(-DAY, 0, DAY, 2 * DAY) } })
    w.at(1_000).charge("x", "a:10")
    w.with("a", { window: calendar(HOUR - DAY, HOUR, DAY + HOUR, 2 * DAY) })
    expect(tell(w.at(2_000).charge("y", "a:0"))).toBe("Charged; charged, 10+0")
  })
  test("a clock that had been far ahead does", () => {
    const w = given({ a: { window: fixed } })
    w.at(TEN_YEARS).charge("x", "a:100")
    expect(tell(w.at(1_000).reserve("r", "a:100"))).toBe("Granted; held held 100, 0+100")
    expect(w.usage("a").period).toBe(1)
  })
})

describe("Redis has no time zones, and servers disagree about them", () => {
  const window = { kind: "calendar", every: "day", timeZone: "UTC", starts: [0, DAY, 2 * DAY, 3 * DAY] } as const
  test.each<readonly [string, nowMs: number, resetsInMs: number]>([
    ["the previous", 5, DAY - 5],
    ["the current", DAY, DAY],
    ["the next", 3 * DAY - 1, 1]
  ])("the store takes the window that its own clock falls in: %s", (_, nowMs, resetsInMs) => {
    const w = given({ a: { window } }).at(nowMs)
    expect(w.charge("x", "a:1").accounts[0]!.resetsInMs).toBe(resetsInMs)
  })
  test.each([-1, 3 * DAY])("outside of them nothing is settled and nothing happens: %i", (nowMs) => {
    const w = given({ a: { window } })
    w.at(DAY).reserve("r", "b:5")
    w.at(nowMs)
    expect(w.finalize("r", "b:1 a:1")).toMatchObject({ _tag: "NotApplied", reason: "clock", accounts: [], legs: [] })
    expect(w.changes).toEqual([])
  })
})

describe("the mark: else a reserve that arrives after its release, late or from a client that is dead, would hold", () => {
  test.each<readonly [string, "finalize" | "release"]>([
    ["a", "finalize"],
    ["a", "release"]
  ])("of %s: %s", (leg, kind) => {
    const w = given()
    w[kind]("r", leg)
    expect(tell(w.reserve("r", "a:5"))).toBe("Conflict ended; marked, 0+0")
  })
  test("it sets no unit, makes no account known, and is kept like a settled entry", () => {
    const w = given({ a: { limit: "none" } }, { settledRetentionMs: 10_000 })
    w.release("r", "a")
    expect(w.usage("a")).toMatchObject({ known: false, unit: null })
    w.with("a", { limit: 9, unit: "v" })
    expect(w.at(9_999).reserve("r", "a:1")._tag).toBe("Conflict")
    expect(w.at(10_000).reserve("r", "a:1")._tag).toBe("Granted")
  })
})
