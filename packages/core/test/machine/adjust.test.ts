/**
 * `adjust`: an operator's change of one account.
 */
import { describe, expect, test } from "vitest"

import { causes, given, tell } from "./given.ts"
import type { World } from "./given.ts"

type Row = readonly [
  what: string,
  before: (w: World) => unknown,
  act: (w: World) => ReturnType<World["run"]>,
  numbers: object
]

/** The account has a stored limit of 50, 20 used, 10 held. */
const worked = (): World => {
  const w = given()
  w.setLimit("first", "a", 50)
  w.charge("c", "a:20")
  w.reserve("r", "a:10")
  return w
}
const none = (): void => {}

test.each<Row>([
  ["setLimit", none, (w) => w.setLimit("i", "a", 40), { limit: 40, limitFrom: "stored", spendable: 10 }],
  ["setLimit below what is used", none, (w) => w.setLimit("i", "a", 15), { limit: 15, spendable: 0, debt: 5 }],
  ["setLimit 0", none, (w) => w.setLimit("i", "a", 0), { limit: 0, spendable: 0, debt: 20, status: "blocked" }],
  [
    "setLimit unlimited",
    none,
    (w) => w.setLimit("i", "a", null),
    { limit: null, limitFrom: "stored", spendable: null }
  ],
  ["setLimit none: back to code", none, (w) => w.setLimit("i", "a", "code"), { limit: 100, limitFrom: "code" }],
  ["credit", none, (w) => w.credit("i", "a", 5), { limit: 55, spendable: 25 }],
  ["credit, negative", none, (w) => w.credit("i", "a", -50), { limit: 0, debt: 20 }],
  ["reset: used is 0, holds stay", none, (w) => w.reset("i", "a"), { used: 0, reserved: 10, spendable: 40 }],
  ["close", none, (w) => w.close("i", "a"), { open: false, status: "blocked", used: 20, reserved: 10 }],
  ["reopen", (w) => w.close("h", "a"), (w) => w.reopen("i", "a"), { open: true, status: "ok" }],
  ["reopen of an open one", none, (w) => w.reopen("i", "a"), { open: true, used: 20, reserved: 10 }]
])("%s", (_, before, act, numbers) => {
  const w = worked()
  before(w)
  const { revision } = w.usage("a")
  const answer = act(w)
  expect(answer).toMatchObject({ _tag: "Adjusted", granted: true, replayed: false, legs: [] })
  expect(w.usage("a")).toMatchObject({ ...numbers, revision: revision + 1 })
  expect(answer.accounts).toEqual([w.usage("a")])
  expect(w.usage("a").reserved).toBe(10)
  expect(act(w)).toMatchObject({ _tag: "Adjusted", granted: true, replayed: true })
  expect(w.usage("a")).toMatchObject({ ...numbers, revision: revision + 1 })
})

describe("ids", () => {
  test("are a space of their own, per account", () => {
    const w = given()
    w.reserve("i", "a:5")
    expect(tell(w.close("i", "a"))).toBe("Adjusted; 0+5")
    expect(tell(w.close("i", "b"))).toBe("Adjusted; 0+0")
    expect(tell(w.finalize("i", "a:5"))).toBe("Finalized; finalized held 5 debited 5, 5+0")
  })
  test("a refused one is not remembered", () => {
    const w = given()
    expect(tell(w.credit("i", "a", 5))).toBe("Denied limit; 0+0")
    w.setLimit("j", "a", 10)
    expect(tell(w.credit("i", "a", 5))).toBe("Adjusted; 0+0")
    expect(w.usage("a").limit).toBe(15)
  })
  test.each<readonly [string, object]>([
    ["another amount", { kind: "credit", amount: 6 }],
    ["another kind", { kind: "reset" }]
  ])("other content is a conflict: %s", (_, adjustment) => {
    const w = given()
    w.setLimit("j", "a", 10)
    w.credit("i", "a", 5)
    expect(tell(w.adjust("i", "a", adjustment))).toBe("Conflict content; 0+0")
  })
  test("are kept as long as the account, not as an entry", () => {
    const w = given()
    w.setLimit("i", "a", 10)
    expect(w.at(10 ** 12).setLimit("i", "a", 10).replayed).toBe(true)
  })
})

test("it makes the account if there is none, with its unit", () => {
  const w = given({ a: { limit: "none" } })
  expect(w.setLimit("i", "a", 10).accounts[0]).toMatchObject({ known: true, unit: "u", limit: 10, limitFrom: "stored" })
})

test("it needs no unit where the account has one", () => {
  const w = given()
  w.charge("c", "a:1")
  expect(tell(w.with("a", { unit: undefined }).reset("i", "a"))).toBe("Adjusted; 0+0")
})

test("an alteration of nothing is a change too: it is remembered", () => {
  const w = worked()
  w.setLimit("i", "a", 50)
  expect(causes(w)).toBe("adjusted")
})

describe("a closed account", () => {
  test.each<readonly [string, (w: World) => ReturnType<World["run"]>, string]>([
    ["refuses a reserve", (w) => w.reserve("s", "a:1"), "Denied closed; none, 0+5"],
    ["refuses a charge", (w) => w.charge("s", "a:1"), "Denied closed; none, 0+5"],
    [
      "refuses growth, not renewal",
      (w) => w.extend("r", "a:9~2", { ttlMs: 60_000 }),
      "Extended not grown; held held 5 measured 2, 0+5"
    ],
    ["takes a finalize", (w) => w.finalize("r", "a:9"), "Finalized; finalized held 5 debited 9 over 4, 9+0"],
    ["takes a release", (w) => w.release("r", "a"), "Released; released held 5, 0+0"]
  ])("%s", (_, act, answer) => {
    const w = given()
    w.reserve("r", "a:5")
    w.close("x", "a")
    expect(tell(act(w))).toBe(answer)
  })
})

describe("a correction", () => {
  /** The hold of 5, measured 4, expired and debited 4 at 10,000; then it is 20,000. */
  const expired = (): World => {
    const w = given()
    w.reserve("r", "a:5", 10_000)
    w.extend("r", "a:~4")
    return w.at(20_000)
  }
  test("corrects both ways, in one difference", () => {
    const w = expired()
    w.finalize("r", "a:1")
    expect(w.changes.at(-1)).toMatchObject({ cause: "finalized", usedDelta: -3, reservedDelta: 0 })
    expect(w.sums("a")).toBe("1+0")
  })
  test("of an expiry from before the last reset: upwards only", () => {
    const down = expired()
    down.reset("i", "a")
    expect(tell(down.finalize("r", "a:1"))).toBe("Finalized; finalized held 5 measured 4 debited 1 late, 0+0")
    const up = expired()
    up.reset("i", "a")
    expect(tell(up.finalize("r", "a:9"))).toBe("Finalized; finalized held 5 measured 4 debited 9 over 4 late, 5+0")
  })
  test("and downwards to 0 at most: what was debited since is not given back", () => {
    const w = expired()
    w.reset("i", "a")
    w.charge("c", "a:2")
    expect(tell(w.finalize("r", "a:1"))).toMatch(/late, 2\+0$/)
  })
  test("of an expiry after the last reset: both ways", () => {
    const w = given()
    w.reserve("r", "a:5", 10_000)
    w.extend("r", "a:~4")
    w.at(9_999).reset("i", "a")
    expect(tell(w.at(20_000).finalize("r", "a:1"))).toMatch(/late, 1\+0$/)
  })
})
