/**
 * Input that must work: strange ids, and objects that change under us.
 */
import { readCommand } from "@tallystick/core/machine"
import * as fc from "fast-check"
import { describe, expect, test } from "vitest"

import { given, tell } from "./given.ts"

const strange = [
  "{tag}",
  "user:{1}:%s",
  "100%",
  `it's "quoted" \`back\``,
  String.raw`back\slash`,
  "\u{1F468}\u200D\u{1F469}\u200D\u{1F467}",
  "__proto__",
  "constructor",
  "toString",
  "hasOwnProperty",
  "'; DROP TABLE accounts; --",
  'redis.call("FLUSHALL")',
  "]] .. os.exit() --[[",
  "none",
  "a:b",
  "a;b",
  "1:a",
  " ",
  "x".repeat(256),
  "\u{1F600}".repeat(128)
]

describe("strange ids", () => {
  test.each(strange)("as an account, a request, an adjustment and a unit: %s", (id) => {
    const w = given({ z: { account: id, unit: id.slice(0, 60) || "u" } })
    expect(tell(w.reserve(id, "z:5"))).toBe("Granted; held held 5, 0+5")
    expect(tell(w.setLimit(id, "z", 9))).toBe("Adjusted; 0+5")
    expect(tell(w.setLimit(id, "z", 9))).toBe("Adjusted again; 0+5")
    expect(tell(w.finalize(id, "z:7"))).toBe("Finalized; finalized held 5 debited 7 over 2, 7+0")
    expect(w.lookup(id, "z")).toMatchObject({ id, accounts: [{ account: id }] })
  })
  test("all are different, as requests and as accounts", () => {
    const w = given()
    for (const id of strange) expect(w.charge(id, "a:1").replayed).toBe(false)
    expect(w.sums("a")).toBe(`${strange.length}+0`)
    for (const account of strange) expect(w.with("z", { account }).charge("r", "z:1").accounts[0]!.used).toBe(1)
  })
  test.each([
    ["NFC and NFD", "\u00E9", "e\u0301"],
    ["a trailing space", "a", "a "],
    ["upper and lower case", "a", "A"],
    ["full and half width", "a", "\uFF41"]
  ])("%s are different ids", (_, one, other) => {
    const w = given({ x: { account: one }, y: { account: other } })
    expect(tell(w.reserve(one, "x:1 y:2"))).toBe("Granted; held held 1, 0+1; held held 2, 0+2")
    expect(tell(w.reserve(other, "x:3"))).toBe("Granted; held held 3, 0+4")
  })
  test("no choice of ids makes two sets of accounts look like one", () => {
    const w = given({ x: { account: "1:b" }, y: { account: "b" }, z: { account: "b;1:b" } })
    w.reserve("r", "x:1 y:1")
    expect(w.reserve("r", "z:1 y:1")._tag).toBe("Conflict")
  })
  test("any text without control characters and lone surrogates is taken as it is", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", minLength: 1, maxLength: 80 }), (id) => {
        fc.pre(id.length <= 256 && !/\p{Cc}/u.test(id))
        expect(readCommand({ kind: "release", id, legs: [{ account: id, unit: "u" }] })).toMatchObject({
          id,
          legs: [{ account: id }]
        })
      })
    )
  })
})

describe("objects that change under us", () => {
  test("every field is read exactly once", () => {
    const reads: Record<string, number> = {}
    const counting = (path: string, target: object): object =>
      new Proxy(target, {
        get: (object, key) => {
          const name = `${path}.${String(key)}`
          if (typeof key === "string" && !(Array.isArray(object) && key === "length"))
            reads[name] = (reads[name] ?? 0) + 1
          const value: unknown = Reflect.get(object, key)
          return typeof value === "object" && value !== null ? counting(name, value) : value
        }
      })
    const legs = [
      {
        account: "a",
        unit: "u",
        limit: 5,
        amount: 1,
        warnAt: { amount: 5 },
        window: { kind: "fixed", lengthMs: 1_000 }
      }
    ]
    readCommand(counting("command", { kind: "reserve", id: "r", ttlMs: 1, legs }))
    expect(Object.entries(reads).filter(([, count]) => count !== 1)).toEqual([])
    expect(reads["command.legs.0.amount"]).toBe(1)
  })
  test("a getter that answers differently the second time is taken at its first word", () => {
    let asked = 0
    const leg = {
      account: "a",
      unit: "u",
      limit: 100,
      get amount() {
        return asked++ === 0 ? 5 : -5
      }
    }
    expect(readCommand({ kind: "charge", id: "r", legs: [leg] })).toMatchObject({ legs: [{ amount: 5 }] })
  })
  test("what was read does not change with its source", () => {
    const starts = [0, 1, 2, 3]
    const leg = {
      account: "a",
      unit: "u",
      limit: 100,
      amount: 5,
      window: { kind: "calendar", every: "day", timeZone: "UTC", starts }
    }
    const source = { kind: "charge", id: "r", legs: [leg] }
    const command = readCommand(source)
    leg.amount = -1
    leg.window.timeZone = ""
    starts[0] = 9
    source.legs.push(leg)
    expect(command).toMatchObject({ legs: [{ amount: 5, window: { timeZone: "UTC", starts: [0, 1, 2, 3] } }] })
    expect(command.legs.length).toBe(1)
  })
  test("a __proto__ in JSON is only a key", () => {
    const command = readCommand(
      JSON.parse(
        '{"kind":"charge","id":"r","__proto__":{"id":"s"},"legs":[{"account":"a","unit":"u","amount":3,"__proto__":{"limit":5}}]}'
      )
    )
    expect(command.id).toBe("r")
    expect(command.legs[0].limit).toBeUndefined()
  })
})
