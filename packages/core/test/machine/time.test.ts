/**
 * Deadlines, joins, forgetting, and what a store fetches.
 */
import { decide, InvalidInput, keysOf, lockOrderOf, readCommand } from "@tallystick/core/machine"
import { describe, expect, test } from "vitest"

import { causes, given, tell } from "./given.ts"

const HOUR = 3_600_000
const DAY = 24 * HOUR

describe("deadlines lie on a grid of a second, rounded up", () => {
  test.each<readonly [nowMs: number, ttlMs: number, expiresInMs: number]>([
    [0, 1, 1_000],
    [0, 1_000, 1_000],
    [0, 1_001, 2_000],
    [999, 1, 1],
    [999, 2, 1_001],
    [1_500, 10_000, 10_500],
    [0, DAY, DAY]
  ])("at %i with a ttl of %i: %i", (nowMs, ttlMs, expiresInMs) => {
    const w = given()
    expect(w.at(nowMs).reserve("r", "a:1", ttlMs).legs[0]!.expiresInMs).toBe(expiresInMs)
    expect(w.at(nowMs + expiresInMs - 1).lookup("r", "a").legs[0]!.state).toBe("held")
    expect(w.at(nowMs + expiresInMs).lookup("r", "a").legs[0]!.state).toBe("expired")
  })
})

describe("every command writes the account's time, whatever its answer, and no revision for it", () => {
  test.each<readonly [string, (w: ReturnType<typeof given>) => { _tag: string }, tag: string]>([
    ["a denial", (w) => w.reserve("s", "a:101"), "Denied"],
    ["a replay", (w) => w.reserve("r", "a:5"), "Granted"],
    ["a conflict", (w) => w.reserve("r", "a:6"), "Conflict"],
    ["an extend that alters nothing", (w) => w.extend("r", "a"), "Extended"],
    ["an extend of nothing", (w) => w.extend("x", "a"), "Unknown"],
    [
      "a finalize of what is undecidable",
      (w) => w.finalize("x", "a:1", { ifUnknown: "charge", sentAgoMs: DAY }),
      "Undecidable"
    ],
    ["a credit that is refused", (w) => w.credit("i", "a", 5), "Denied"]
  ])("%s", (_, act, tag) => {
    const w = given()
    w.at(5_000).reserve("r", "a:5", 60_000)
    const { revision } = w.usage("a")
    // Its clock goes back by 3 s: time stands, and from now on goes with it.
    expect(act(w.at(2_000))._tag).toBe(tag)
    expect(w.tables.get("a")!.account).toMatchObject({ lastMs: 5_000, leadMs: 3_000, revision })
    expect(w.at(2_500).usage("a").timeMs).toBe(5_500)
  })
  test("a read writes nothing", () => {
    const w = given()
    w.at(5_000).reserve("r", "a:5", 60_000)
    w.at(2_000).lookup("r", "a")
    expect(w.tables.get("a")!.account).toMatchObject({ lastMs: 5_000, leadMs: 0 })
  })
})

describe("extend is a join", () => {
  const steps: ReadonlyArray<(w: ReturnType<typeof given>) => unknown> = [
    (w) => w.extend("r", "a:20"),
    (w) => w.extend("r", "a:30~7"),
    (w) => w.extend("r", "a:~9", { whenUnknown: "refund" }),
    (w) => w.extend("r", "a", { whenUnknown: "charge-held", ttlMs: 40_000 }),
    (w) => w.extend("r", "a:25~3", { ttlMs: 20_000 })
  ]
  const entryAfter = (order: ReadonlyArray<number>) => {
    const w = given()
    w.reserve("r", "a:5")
    for (const at of order) steps[at]!(w)
    return w.tables.get("a")!.entries.get("r")
  }
  test.each([[[4, 3, 2, 1, 0]], [[2, 0, 4, 1, 3]], [[0, 0, 1, 1, 2, 3, 4, 4, 2, 1]]])(
    "in order %j it ends the same",
    (order) => {
      expect(entryAfter(order)).toEqual(entryAfter([0, 1, 2, 3, 4]))
      expect(entryAfter(order)).toMatchObject({
        held: 30,
        measured: 9,
        deadlineMs: 40_000,
        whenUnknown: "charge-held",
        expiryCost: 30
      })
    }
  )
  test("a late duplicate may renew by one ttl", () => {
    const w = given()
    w.reserve("r", "a:5")
    expect(w.extend("r", "a", { ttlMs: 10_000 }).replayed).toBe(true)
    expect(w.at(4_000).extend("r", "a", { ttlMs: 10_000 }).legs[0]!.expiresInMs).toBe(10_000)
  })
  test("renewal and measures take effect although growth is denied, and it is said to be no replay", () => {
    const w = given()
    w.reserve("r", "a:5")
    const first = w.extend("r", "a:101~8", { ttlMs: 60_000 })
    expect(first).toMatchObject({
      granted: false,
      grown: false,
      replayed: false,
      denial: { reason: "limit", refusals: [{ asked: 96, left: 95 }] }
    })
    expect(first.legs[0]).toMatchObject({ held: 5, measured: 8, expiresInMs: 60_000 })
    expect(w.extend("r", "a:101~8", { ttlMs: 60_000 })).toMatchObject({ granted: false, replayed: false })
    expect(w.changes).toEqual([])
  })
  test("growth is admitted all legs or none", () => {
    const w = given()
    w.reserve("r", "a:5 b:5")
    expect(tell(w.extend("r", "a:9 b:101"))).toBe("Extended not grown; held held 5, 0+5; held held 5, 0+5")
  })
  test("totals and measures are of actual legs only", () => {
    const w = given()
    w.reserve("r", "a:5 b:1/none c:1/held")
    expect(w.extend("r", "a b:2 c")).toMatchObject({ _tag: "Conflict", reason: "legs" })
    expect(w.extend("r", "a b c:~1")).toMatchObject({ _tag: "Conflict", reason: "legs" })
    expect(tell(w.extend("r", "a:6~1 b c"))).toBe(
      "Extended; held held 6 measured 1, 0+6; held held 1, 0+1; held held 1, 0+1"
    )
    expect(causes(w)).toBe("extended")
  })
})

test("a set of accounts is compared in any order, and a replay shows today's hold", () => {
  const w = given()
  w.reserve("r", "a:5 b:3")
  w.extend("r", "b:4 a:6")
  expect(tell(w.reserve("r", "b:3 a:5"))).toBe("Granted again; held held 4, 0+4; held held 6, 0+6")
})

test("two reservations that share an id and no account are unrelated", () => {
  const w = given()
  w.reserve("r", "a:5")
  expect(tell(w.reserve("r", "b:9"))).toBe("Granted; held held 9, 0+9")
  expect(tell(w.finalize("r", "a:1"))).toBe("Finalized; finalized held 5 debited 1, 1+0")
  expect(tell(w.lookup("r", "b"))).toBe("Found; held held 9, 0+9")
})

test("a denial leaves no amount, no entry, and does not make an account known", () => {
  const w = given()
  w.reserve("r", "a:101 b:1")
  expect(w.tables.size).toBe(0)
  expect(tell(w.reserve("r", "a:100 b:2"))).toBe("Granted; held held 100, 0+100; held held 2, 0+2")
})

describe("forgetting is a rule of time", () => {
  test("a settled entry, settledRetention after its last change", () => {
    const w = given({}, { settledRetentionMs: 60_000 })
    w.reserve("r", "a:5", 10_000)
    w.at(5_000).finalize("r", "a:5")
    expect(tell(w.at(64_999).reserve("r", "a:5"))).toMatch(/^Conflict ended/)
    expect(tell(w.at(65_000).reserve("r", "a:5"))).toBe("Granted; held held 5, 5+5")
  })
  test("an expired one, unsettledRetention after its deadline; then its finalize finds nothing", () => {
    const w = given({}, { unsettledRetentionMs: DAY })
    w.setLimit("i", "a", 100)
    w.reserve("r", "a:5", 10_000)
    expect(tell(w.at(10_000 + DAY - 1).lookup("r", "a"))).toBe("Found; expired held 5, 0+0")
    expect(tell(w.at(10_000 + DAY).finalize("r", "a:5"))).toBe("Unknown; marked, 0+0")
  })
  test("an account, with its entries and adjustments; the next begins anew, with a higher revision", () => {
    const w = given({}, { unsettledRetentionMs: DAY, settledRetentionMs: 2 * DAY })
    w.adjust("i", "a", { kind: "reopen" })
    w.charge("c", "a:0")
    const { revision } = w.usage("a")
    expect(w.at(DAY - 1).charge("c", "a:0").replayed).toBe(true)
    w.at(DAY).with("a", { unit: "v" })
    expect(tell(w.charge("c", "a:5"))).toBe("Charged; charged debited 5, 5+0")
    expect(w.usage("a")).toMatchObject({ unit: "v", revision: DAY + 1 })
    expect(w.usage("a").revision).toBeGreaterThan(revision)
    expect(w.adjust("i", "a", { kind: "reopen" }).replayed).toBe(false)
    expect(w.tables.get("a")!.account).toMatchObject({ bornMs: DAY, period: 0 })
  })
  test("an account that was idle by its window counts as unused", () => {
    const w = given({ a: { window: { kind: "fixed", lengthMs: 60_000 } } }, { unsettledRetentionMs: DAY })
    w.charge("c", "a:5")
    expect(w.at(DAY).usage("a")).toMatchObject({ revision: 0, unit: null, used: 0 })
  })
  test("forgetting is no change: it raises no revision", () => {
    const w = given({}, { settledRetentionMs: 60_000 })
    w.charge("c", "a:5")
    const { revision } = w.usage("a")
    expect(w.at(HOUR).usage("a").revision).toBe(revision)
  })
})

describe("what a store fetches and locks", () => {
  const command = (legs: ReadonlyArray<object>) => readCommand({ kind: "lookup", id: "r", legs })
  test("is locked in one order: bytes of the id, then of the window's name", () => {
    const fixed = { kind: "fixed", lengthMs: 60_000 }
    const many = command([
      { account: "\u{1F600}" },
      { account: "\uFF5E" },
      { account: "b", window: { kind: "idle", idleMs: 1_000 } },
      { account: "b" },
      { account: "b", window: fixed },
      { account: "a" }
    ])
    const { accounts } = keysOf(many)
    expect(lockOrderOf(many).map((at) => accounts[at])).toEqual([
      "a",
      "b\nfixed:60000",
      "b\nidle:1000",
      "b",
      "\uFF5E",
      "\u{1F600}"
    ])
  })
  test("adjustments are a space of their own", () => {
    expect(keysOf(command([{ account: "a" }]))).toMatchObject({ request: "r", adjustment: null })
    const adjust = readCommand({ kind: "adjust", id: "i", adjustment: { kind: "reset" }, legs: [{ account: "a" }] })
    expect(keysOf(adjust)).toMatchObject({ request: null, adjustment: "i" })
  })
})

describe("an account whose rows contradict each other", () => {
  test("is refused by name, and nothing is changed", () => {
    const w = given()
    w.reserve("r", "a:5 b:5")
    const rows = w.tables.get("b")!
    w.tables.set("b", { ...rows, account: { ...rows.account!, reserved: 3 } })
    w.at(5_000)
    const answer = w.finalize("r", "a:5 b:5")
    expect(answer).toMatchObject({ _tag: "Corrupt", account: "b", granted: false, accounts: [], legs: [] })
    expect(w.changes).toEqual([])
    expect(w.sums("a")).toBe("0+5")
  })
  test("also where only what is due would show it", () => {
    const w = given()
    w.reserve("r", "a:5")
    const rows = w.tables.get("a")!
    w.tables.set("a", { ...rows, account: { ...rows.account!, reserved: 3 } })
    expect(w.at(60_000).charge("c", "a:1")._tag).toBe("Corrupt")
  })
})

test("decide takes what readCommand gives, and touches neither rows nor command", () => {
  const w = given()
  w.reserve("r", "a:5")
  const command = readCommand({ kind: "finalize", id: "r", legs: [{ ...w.leg("a"), actual: 7 }] })
  const freeze = (value: unknown): void => {
    if (typeof value !== "object" || value === null) return
    Object.freeze(value)
    Object.values(value).forEach(freeze)
  }
  const rows = w.fetch(command)
  freeze(rows)
  freeze(command)
  expect(decide(rows, command, 5_000).answer._tag).toBe("Finalized")
  expect(() => readCommand({ ...command, id: "" })).toThrow(InvalidInput)
})

test("a captcha: the request count is a held leg with the threshold as its limit; a solved challenge resets it by its token", () => {
  const w = given({ session: { limit: 2, unit: "requests" }, ip: { limit: 10, unit: "requests" } })
  const ask = (id: string) => {
    const answer = w.reserve(id, "a:5 session:1/held ip:1/held")
    if (answer.granted) w.finalize(id, "a:3 session ip")
    return tell(answer).split(";")[0]
  }
  expect(["r1", "r2", "r3"].map(ask)).toEqual(["Granted", "Granted", "Denied limit"])
  const denied = w.reserve("r3", "a:5 session:1/held ip:1/held")
  expect(denied).toMatchObject({ refusals: [{ account: "session", asked: 1, left: 0 }] })
  expect(w.reset("token", "session").granted).toBe(true)
  expect(["r3", "r4", "r5"].map(ask)).toEqual(["Granted", "Granted", "Denied limit"])
  // The token acts once.
  expect(w.reset("token", "session").replayed).toBe(true)
  expect(ask("r5")).toBe("Denied limit")
  expect([w.sums("a"), w.sums("session"), w.sums("ip")]).toEqual(["12+0", "2+0", "4+0"])
})
