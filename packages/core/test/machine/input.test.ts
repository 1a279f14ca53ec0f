/**
 * Bad input: each a typed error that names field, range and value.
 */
import { InvalidInput, MAX_LEGS, MAX_TTL_MS, readAccounts, readCommand, readCommands } from "@tallystick/core/machine"
import { describe, expect, test } from "vitest"

const AMOUNT = "an integer from 1 to 9007199254740991"
const FROM_0 = "an integer from 0 to 9007199254740991"
const TEXT = "a text of 1 to 256 characters without control characters or lone surrogates"
const UNIT = TEXT.replace("256", "64")

const leg = (more: object = {}) => ({ account: "a", unit: "u", limit: 100, amount: 5, ...more })
const reserve = (more: object = {}) => ({ kind: "reserve", id: "r", ttlMs: 1_000, legs: [leg()], ...more })

/** The message, and that the error is typed and carries the same three. */
const refusal = (act: () => unknown): string => {
  try {
    act()
  } catch (error) {
    if (!(error instanceof InvalidInput)) throw error
    expect(error._tag).toBe("InvalidInput")
    expect(error.message.startsWith(`${error.field} must be ${error.range}, was `)).toBe(true)
    return error.message
  }
  return "taken"
}
const read = (command: unknown): string => refusal(() => readCommand(command))

const bad: ReadonlyArray<readonly [value: unknown, shown: string]> = [
  [-1, "-1"],
  [1.5, "1.5"],
  [NaN, "NaN"],
  [Infinity, "Infinity"],
  [-Infinity, "-Infinity"],
  [2 ** 53, "9007199254740992"],
  [1e300, "1e+300"],
  [5n, "5n (a bigint)"],
  ["5", '"5"'],
  [null, "null"],
  [true, "true"],
  [{}, "an object"],
  [[5], "an array of 1"]
]

describe("amounts", () => {
  test.each(bad)("of a reserve: %s", (amount, shown) => {
    expect(read(reserve({ legs: [leg(), leg({ account: "b" }), leg({ account: "c", amount })] }))).toBe(
      `legs[2].amount must be ${AMOUNT}, was ${shown}`
    )
  })
  test.each(bad)("of a charge: %s", (amount, shown) => {
    expect(read({ kind: "charge", id: "r", legs: [leg({ amount })] })).toBe(
      `legs[0].amount must be ${FROM_0}, was ${shown}`
    )
  })
  test.each(bad)("actuals, totals and measures: %s", (value, shown) => {
    for (const [kind, field] of [
      ["finalize", "actual"],
      ["extend", "total"],
      ["extend", "measured"]
    ] as const)
      expect(read({ kind, id: "r", legs: [leg({ [field]: value })] })).toBe(
        `legs[0].${field} must be ${FROM_0}, was ${shown}`
      )
  })
  test.each(bad.filter(([value]) => value !== null))("limits: %s", (limit, shown) => {
    expect(read(reserve({ legs: [leg({ limit })] }))).toBe(`legs[0].limit must be ${FROM_0}, was ${shown}`)
  })
  test("0: not of a reserve, but of a charge, an actual, a total, a measure and a limit", () => {
    expect(read(reserve({ legs: [leg({ amount: 0 })] }))).toBe(`legs[0].amount must be ${AMOUNT}, was 0`)
    expect(read({ kind: "charge", id: "r", legs: [leg({ amount: 0 })] })).toBe("taken")
    expect(read({ kind: "finalize", id: "r", legs: [leg({ actual: 0 })] })).toBe("taken")
    expect(read({ kind: "extend", id: "r", legs: [leg({ total: 0, measured: 0 })] })).toBe("taken")
    expect(read(reserve({ legs: [leg({ limit: 0 })] }))).toBe("taken")
  })
  test("the edges are taken, and -0 is 0", () => {
    expect(read(reserve({ legs: [leg({ amount: 1 }), leg({ account: "b", amount: Number.MAX_SAFE_INTEGER })] }))).toBe(
      "taken"
    )
    expect(readCommand({ kind: "charge", id: "r", legs: [leg({ amount: -0 })] })).toMatchObject({
      legs: [{ amount: 0 }]
    })
  })
  test("missing: only where it may be", () => {
    expect(read(reserve({ legs: [leg({ amount: undefined })] }))).toBe(`legs[0].amount must be ${AMOUNT}, was missing`)
    expect(read({ kind: "finalize", id: "r", legs: [leg()] })).toBe("taken")
  })
})

describe("legs", () => {
  const many = (count: number) => Array.from({ length: count }, (_, index) => leg({ account: `a${index}` }))
  test.each<readonly [string, unknown, string]>([
    ["none", [], "legs must be an array of 1 to 16, was an array of 0"],
    ["17", many(MAX_LEGS + 1), "legs must be an array of 1 to 16, was an array of 17"],
    ["missing", undefined, "legs must be an array of 1 to 16, was missing"],
    ["an object", { length: 1, 0: leg() }, "legs must be an array of 1 to 16, was an object"],
    ["a hole", [leg(), undefined], "legs[1] must be an object, was missing"],
    ["a text", [leg(), "b"], 'legs[1] must be an object, was "b"'],
    [
      "an account twice",
      [leg(), leg({ account: "b" }), leg()],
      'legs[2].account must be an account that no other leg names, was "a"'
    ],
    [
      "two units for one account",
      [leg(), leg({ unit: "v" })],
      'legs[1].unit must be u, the unit that names this account before, was "v"'
    ],
    ["another settle", [leg({ settle: "all" })], 'legs[0].settle must be one of "actual", "none", "held", was "all"']
  ])("%s", (_, legs, message) => {
    expect(read(reserve({ legs }))).toBe(message)
  })
  test("16, and one id with two windows, are taken", () => {
    expect(read(reserve({ legs: many(16) }))).toBe("taken")
    expect(read(reserve({ legs: [leg(), leg({ window: { kind: "fixed", lengthMs: 60_000 } })] }))).toBe("taken")
  })
  test("of an adjustment: exactly one", () => {
    const adjust = { kind: "adjust", id: "i", adjustment: { kind: "reset" } }
    expect(read({ ...adjust, legs: many(2) })).toBe("legs must be an array of exactly 1, was an array of 2")
  })
})

describe("ids", () => {
  const refused: ReadonlyArray<readonly [string, unknown, string]> = [
    ["empty", "", '""'],
    ["of 257 characters", "x".repeat(257), `"${"x".repeat(60)}…" (257 characters)`],
    ["with a NUL", "a\0", String.raw`"a\u0000"`],
    ["with a line feed", "a\nb", String.raw`"a\nb"`],
    ["with DEL", "a\u007F", '"a\u007F"'],
    ["with C1", "a\u0085", '"a\u0085"'],
    ["with a lone high surrogate", "a\uD83D", String.raw`"a\ud83d"`],
    ["with a lone low surrogate", "\uDE00a", String.raw`"\ude00a"`],
    ["with swapped surrogates", "\uDE00\uD83D", String.raw`"\ude00\ud83d"`],
    ["a number", 5, "5"],
    ["missing", undefined, "missing"],
    ["null", null, "null"],
    ["a String object", new String("a"), "an object"]
  ]
  test.each(refused)("%s", (_, id, shown) => {
    expect(read(reserve({ id }))).toBe(`id must be ${TEXT}, was ${shown}`)
    expect(read(reserve({ legs: [leg({ account: id })] }))).toBe(`legs[0].account must be ${TEXT}, was ${shown}`)
  })
  test("of a unit: 64 characters", () => {
    expect(read(reserve({ legs: [leg({ unit: "x".repeat(64) })] }))).toBe("taken")
    expect(read(reserve({ legs: [leg({ unit: "x".repeat(65) })] }))).toMatch(`legs[0].unit must be ${UNIT}`)
    expect(read(reserve({ legs: [leg({ unit: undefined })] }))).toBe(`legs[0].unit must be ${UNIT}, was missing`)
  })
})

describe("the rest", () => {
  test.each([0, -1, MAX_TTL_MS + 1, 1.5, NaN, "5", undefined])("ttl: %s", (ttlMs) => {
    expect(read(reserve({ ttlMs }))).toMatch("ttlMs must be an integer from 1 to 86400000, was ")
    expect(read({ kind: "extend", id: "r", ttlMs, legs: [leg()] })).toMatch(
      ttlMs === undefined ? "taken" : "ttlMs must be"
    )
  })
  test("ttl: 1 and the maximum are taken", () => {
    expect([1, MAX_TTL_MS].map((ttlMs) => read(reserve({ ttlMs })))).toEqual(["taken", "taken"])
  })
  test.each<readonly [unknown, string]>([
    [undefined, "command must be an object, was missing"],
    [null, "command must be an object, was null"],
    [[], "command must be an object, was an array of 0"],
    [{}, 'kind must be one of "reserve", "extend", "finalize", "release", "charge", "adjust", "lookup", was missing'],
    [
      { kind: "toString", id: "r" },
      'kind must be one of "reserve", "extend", "finalize", "release", "charge", "adjust", "lookup", was "toString"'
    ],
    [
      { kind: "finalize", id: "r", overage: "none", legs: [leg()] },
      'overage must be one of "debit", "cap", was "none"'
    ],
    [{ kind: "finalize", id: "r", ifUnknown: 1, legs: [leg()] }, 'ifUnknown must be one of "mark", "charge", was 1'],
    [
      { kind: "finalize", id: "r", sentAgoMs: -1, legs: [leg()] },
      "sentAgoMs must be an integer from 0 to 4503599627370496, was -1"
    ],
    [
      { kind: "extend", id: "r", whenUnknown: "", legs: [leg()] },
      'whenUnknown must be one of "charge-held", "charge-measured", "refund", was ""'
    ],
    [{ kind: "adjust", id: "i", legs: [leg()] }, "adjustment must be an object, was missing"],
    [
      { kind: "adjust", id: "i", adjustment: { kind: "x" }, legs: [leg()] },
      'adjustment.kind must be one of "setLimit", "credit", "reset", "close", "reopen", was "x"'
    ],
    [
      { kind: "adjust", id: "i", adjustment: { kind: "setLimit", limit: -1 }, legs: [leg()] },
      `adjustment.limit must be ${FROM_0}, was -1`
    ],
    [
      { kind: "adjust", id: "i", adjustment: { kind: "setLimit" }, legs: [leg()] },
      `adjustment.limit must be ${FROM_0}, was missing`
    ],
    [
      { kind: "adjust", id: "i", adjustment: { kind: "credit", amount: 0.5 }, legs: [leg()] },
      "adjustment.amount must be an integer from -9007199254740991 to 9007199254740991, was 0.5"
    ]
  ])("%j", (command, message) => {
    expect(read(command)).toBe(message)
  })
  const calendar = { kind: "calendar", every: "day", timeZone: "UTC", starts: [0, 1, 2, 3] }
  test.each<readonly [object | string, string]>([
    ["day", 'window must be a window, was "day"'],
    [{ kind: "weekly" }, 'window.kind must be one of "none", "fixed", "idle", "calendar", was "weekly"'],
    [{ kind: "fixed", lengthMs: 999 }, "window.lengthMs must be an integer from 1000 to 315360000000, was 999"],
    [{ kind: "idle" }, "window.idleMs must be an integer from 1000 to 315360000000, was missing"],
    [{ ...calendar, every: "year" }, 'window.every must be one of "day", "week", "month", was "year"'],
    [{ ...calendar, timeZone: "" }, `window.timeZone must be ${TEXT}, was ""`],
    [{ ...calendar, starts: [0, 1, 2] }, "window.starts must be an array of 4 to 4, was an array of 3"],
    [{ ...calendar, starts: [0, 2, 2, 3] }, 'window.starts must be four rising times, was "0, 2, 2, 3"'],
    [
      { ...calendar, starts: [0, 1, 2, Infinity] },
      "window.starts[3] must be an integer from -4503599627370496 to 4503599627370496, was Infinity"
    ]
  ])("window: %j", (window, message) => {
    expect(read(reserve({ legs: [leg({ window })] }))).toBe(`legs[0].${message}`)
  })
  test.each<readonly [unknown, string]>([
    [80, "warnAt must be { amount } or { basisPoints }, was 80"],
    [{}, "warnAt must be { amount } or { basisPoints }, was an object"],
    [{ amount: 1, basisPoints: 1 }, "warnAt must be { amount } or { basisPoints }, was an object"],
    [{ amount: -1 }, `warnAt.amount must be ${FROM_0}, was -1`],
    [{ basisPoints: 10_001 }, "warnAt.basisPoints must be an integer from 0 to 10000, was 10001"]
  ])("warnAt: %j", (warnAt, message) => {
    expect(read(reserve({ legs: [leg({ warnAt })] }))).toBe(`legs[0].${message}`)
  })
  test("of several commands the field says which; accounts of a read are named as such", () => {
    expect(refusal(() => readCommands([reserve(), reserve({ ttlMs: 0 })]))).toMatch(/^commands\[1\]\.ttlMs must be/)
    expect(refusal(() => readCommands(reserve()))).toMatch(/^commands must be an array of 0 to 1000, was an object/)
    expect(refusal(() => readAccounts([{ account: "" }]))).toMatch(/^accounts\[0\]\.account must be/)
  })
})
