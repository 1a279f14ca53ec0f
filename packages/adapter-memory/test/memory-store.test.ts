/**
 * The memory store at its port.
 */
import { InvalidInput } from "@tallystick/core/machine"
import type { Change, Command } from "@tallystick/core/machine"
import { NotAppliedError } from "@tallystick/core/store"
import * as Effect from "effect/Effect"
import * as TestClock from "effect/testing/TestClock"
import { describe, expect, test } from "vitest"

import { memoryStore } from "../src/index.ts"
import { leg, timed } from "./at.ts"

const none = { kind: "none" } as const

test("says what it is", () => {
  expect(memoryStore({ settledRetentionMs: 600_000 }).capabilities).toEqual({
    atomicOver: "process",
    durable: false,
    clock: "caller",
    ledger: false,
    settledRetentionMs: 600_000
  })
})

test("its clock is Effect's", async () => {
  const store = memoryStore()
  const usage = store.usage([{ account: "a", window: none, limit: 100 }])
  const command: Command = {
    kind: "reserve",
    id: "r",
    ttlMs: 5_000,
    legs: [{ account: "a", window: none, unit: "u", limit: 100, amount: 5, settle: "held" }]
  }
  const program = Effect.gen(function* () {
    yield* store.execute([command])
    const [held] = yield* usage
    yield* TestClock.adjust(5_000)
    const [expired] = yield* usage
    return [held!, expired!].map(({ used, reserved, timeMs }) => ({ used, reserved, timeMs }))
  })
  const seen = await Effect.runPromise(Effect.provide(program, TestClock.layer()))
  expect(seen).toEqual([
    { used: 0, reserved: 5, timeMs: 0 },
    { used: 5, reserved: 0, timeMs: 5_000 }
  ])
})

test("commands of one call take effect in order, each seeing those before it, at one time", () => {
  const w = timed().at(7_000)
  const reserve = (id: string, amount: number) => ({ kind: "reserve", id, ttlMs: 1_000, legs: [leg({ amount })] })
  const finalize = { kind: "finalize", id: "r1", legs: [leg({ actual: 10 })] }
  const commands = [reserve("r1", 90), reserve("r2", 20), finalize, reserve("r2", 20)] as never
  const answers = w.run(w.store.execute(commands))
  expect(answers.map((answer) => answer._tag)).toEqual(["Granted", "Denied", "Finalized", "Granted"])
  expect(new Set(answers.map((answer) => answer.accounts[0]!.timeMs))).toEqual(new Set([7_000]))
  expect(w.run(w.store.execute([]))).toEqual([])
})

describe("what is bad fails the call, and nothing is touched", () => {
  const good = { kind: "reserve", id: "r", ttlMs: 1_000, legs: [leg({ amount: 5 })] }
  test("one bad command among good ones", () => {
    const w = timed()
    const error = w.failure(w.store.execute([good, { ...good, id: "s", legs: [leg({ amount: 1.5 })] }, good] as never))
    expect(error).toBeInstanceOf(InvalidInput)
    expect(error.message).toBe("commands[1].legs[0].amount must be an integer from 1 to 9007199254740991, was 1.5")
    expect(w.store.stats()).toEqual({ accounts: 0, openEntries: 0, settledEntries: 0, forgottenEarly: 0 })
  })
  test("accounts of a read, holds, and settings", () => {
    const w = timed()
    expect(w.failure(w.store.usage([])).message).toBe("accounts must be an array of 1 to 16, was an array of 0")
    expect(w.failure(w.store.usage([{ account: "", window: none }])).message).toMatch(/^accounts\[0\]\.account must be/)
    expect(w.failure(w.store.holds({ account: "" }, { limit: 1 })).message).toMatch(/^account must be/)
    expect(w.failure(w.store.holds({ account: "a" }, { limit: 0 })).message).toMatch(
      /^page\.limit must be an integer from 1 to 1000/
    )
    expect(() => memoryStore({ settledRetentionMs: 0 })).toThrow("settledRetentionMs must be an integer from 1 to")
    expect(() => memoryStore({ rememberAtMost: -1 })).toThrow("rememberAtMost must be an integer from 0 to")
  })
  test("a command is read before the effect runs or when it runs, but once: it cannot change under the store", () => {
    const w = timed()
    let asked = 0
    const tricky = leg({})
    Object.defineProperty(tricky, "amount", { enumerable: true, get: () => (asked++ === 0 ? 5 : -5) })
    expect(w.run(w.store.execute([{ ...good, legs: [tricky] }] as never))[0]).toMatchObject({
      _tag: "Granted",
      legs: [{ held: 5 }]
    })
  })
  test("a read whose calendar windows are not around the clock is not applied", () => {
    const window = { kind: "calendar", every: "day", timeZone: "UTC", starts: [0, 1_000, 2_000, 3_000] } as const
    const w = timed().at(3_000)
    expect(w.failure(w.store.usage([{ account: "a", window }]))).toBeInstanceOf(NotAppliedError)
    expect(w.failure(w.store.holds({ account: "a", window }, { limit: 1 }))).toBeInstanceOf(NotAppliedError)
  })
})

describe("holds", () => {
  const ids = ["\uFF5E", "\u{1F600}", "b", "a10", "a2", "Z"]
  const inBytes = ["Z", "a10", "a2", "b", "\uFF5E", "\u{1F600}"]
  const holding = () => {
    const w = timed()
    for (const [n, id] of ids.entries())
      w.at(n * 100).do("reserve", id, { ttlMs: 10_000, legs: [leg({ amount: n + 1 })] })
    return w
  }
  const pages = (w: ReturnType<typeof timed>, limit: number) => {
    const seen: Array<ReadonlyArray<string>> = []
    let after: string | undefined
    do {
      const page = w.run(w.store.holds({ account: "a" }, { limit, after }))
      seen.push(page.items.map((hold) => hold.id))
      after = page.next ?? undefined
    } while (after !== undefined)
    return seen
  }
  test.each([1, 2, 3, 4, 5, 6, 7, 1_000])("in byte order, in pages of %i", (limit) => {
    const found = pages(holding(), limit)
    expect(found.flat()).toEqual(inBytes)
    expect(found.length).toBe(Math.ceil(ids.length / limit))
    expect(found.slice(0, -1).every((page) => page.length === limit)).toBe(true)
  })
  test("say what they are", () => {
    const w = holding()
    w.do("extend", "b", { whenUnknown: "refund", legs: [leg({ total: 9, measured: 4 })] })
    const { items } = w.run(w.store.holds({ account: "a" }, { limit: 1, after: "a2" }))
    expect(items).toEqual([
      {
        id: "b",
        amount: 3,
        held: 9,
        settle: "actual",
        measured: 4,
        whenUnknown: "refund",
        ageMs: 300,
        expiresInMs: 10_500,
        windowPassed: false
      }
    ])
  })
  test("only live ones, and none of an unknown account", () => {
    const w = holding()
    w.do("release", "a2", { legs: [leg()] })
    expect(pages(w, 10)).toEqual([inBytes.filter((id) => id !== "a2")])
    expect(pages(w.at(10_500), 10)).toEqual([inBytes.filter((id) => id !== "a2" && id !== "\uFF5E")])
    expect(pages(w.at(11_000), 10)).toEqual([[]])
    expect(w.run(w.store.holds({ account: "nobody" }, { limit: 1 }))).toEqual({ items: [], next: null })
  })
  test("of an earlier window say so", () => {
    const w = timed()
    const window = { kind: "fixed", lengthMs: 60_000 } as const
    w.at(59_000).do("reserve", "r", { ttlMs: 10_000, legs: [leg({ window, amount: 1 })] })
    const page = () => w.run(w.store.holds({ account: "a", window }, { limit: 1 })).items[0]!
    expect(page().windowPassed).toBe(false)
    w.at(60_000)
    expect(page().windowPassed).toBe(true)
  })
})

describe("100,000 holds in one account that all expire in one tick", () => {
  const many = 100_000
  /** The changes of each call, without the moving of time, and the rows that they move. */
  const filled = () => {
    let changes: Array<Change> = []
    const w = timed({ onChange: (_, change) => void (change.cause === "timed" || changes.push(change)) })
    const one = (n: number): Command => ({
      kind: "reserve",
      id: `h${n}`,
      ttlMs: 59_500,
      legs: [{ account: "a", window: none, unit: "u", limit: null, amount: 3, settle: n % 2 === 0 ? "held" : "actual" }]
    })
    for (let n = 0; n < many; n += 1_000)
      w.at(n / 1_000).run(w.store.execute(Array.from({ length: 1_000 }, (_, at) => one(n + at))))
    const last = () => {
      const those = changes
      changes = []
      return those
    }
    expect(last().length).toBe(many)
    return { w, last }
  }
  test("answers are exact, and a call's changes do not grow with the holds", () => {
    const { w, last } = filled()
    const numbers = () => {
      const { used, reserved, revision } = w.run(w.store.usage([{ account: "a", window: none, limit: null }]))[0]!
      return { used, reserved, revision }
    }
    expect(numbers()).toEqual({ used: 0, reserved: 3 * many, revision: many })
    w.at(60_000)
    // A read computes the same and writes nothing.
    expect(numbers()).toEqual({ used: 1.5 * many, reserved: 0, revision: many + 1 })
    expect(last()).toEqual([])
    const free = leg({ limit: null })
    expect(w.do("finalize", "h1", { legs: [{ ...free, actual: 4 }] })).toMatchObject({
      _tag: "Finalized",
      legs: [{ late: true, debited: 4 }]
    })
    expect(
      last().map((change) => [change.cause, change.usedDelta, change.reservedDelta, change.due.map((row) => row.count)])
    ).toEqual([
      ["expired", 1.5 * many, -3 * many, [-many]],
      ["finalized", 4, 0, []]
    ])
    for (let n = 2; n < 12; n++) {
      w.do("release", `h${n}`, { legs: [free] })
      expect(last().map((change) => change.cause)).toEqual(["released"])
    }
    expect(numbers()).toEqual({ used: 1.5 * many + 4, reserved: 0, revision: many + 12 })
    expect(w.store.stats()).toEqual({ accounts: 1, openEntries: many - 11, settledEntries: 11, forgottenEarly: 0 })
  }, 60_000)
})
