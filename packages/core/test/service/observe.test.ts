import { assert, describe, it } from "vitest"

import type { Observer } from "../../src/index.ts"
import { settle } from "./manual-clock.ts"
import { daily, makeWorld } from "./world.ts"

const over = { requestId: "r", limits: [daily], estimate: { tokens: 50_001 } }

describe("enforce: false", () => {
  it("admits what fits as ever", async () => {
    const world = makeWorld({ enforce: false })
    const turn = await world.quota.open({ ...over, estimate: { tokens: 100 } })
    assert.deepInclude(turn as object, { granted: true, reserved: true })
    assert.deepEqual(await world.numbers(), [0, 100])
  })

  it("lets go on what would be denied, reports it, and records what it used", async () => {
    const world = makeWorld({ enforce: false })
    const value = await world.quota.guard(over, (call) => {
      assert.isFalse(call.reserved)
      call.used({ tokens: 50_321 })
      return "answer"
    })
    assert.strictEqual(value, "answer")
    assert.deepInclude(world.seen.denied[0], { requestId: "r", during: "open", enforced: false })
    assert.strictEqual(world.seen.denied[0]!.denial.reason, "limit")
    assert.deepEqual(await world.numbers(), [50_321, 0])
    assert.deepEqual(world.seen.overage, [])
    assert.deepEqual(world.seen.unsettled, [])
  })

  it("counts requests too, and holds no slot", async () => {
    const world = makeWorld({ enforce: false })
    const requests = { account: "ip", unit: "requests", limit: 0 }
    const streams = { account: "ip:streams", unit: "streams", limit: 0 }
    const turn = await world.quota.open({ limits: [daily, requests, streams], estimate: { tokens: 5 } })
    if (!turn.granted) throw new Error(turn.message)
    assert.isTrue((await turn.grow({ tokens: 10 })).granted)
    await turn.finalize({ tokens: 7 })
    assert.deepEqual(await world.numbers(), [7, 0])
    assert.deepEqual(await world.numbers(requests), [1, 0])
    assert.deepEqual(await world.numbers(streams), [0, 0])
  })

  it("charges a repeat of the same call once", async () => {
    const world = makeWorld({ enforce: false })
    for (let repeat = 0; repeat < 2; repeat++) await world.quota.guard(over, (call) => call.used({ tokens: 60_000 }))
    assert.deepEqual(await world.numbers(), [60_000, 0])
  })

  it("also records after a reserve that was sent twice and is marked", async () => {
    const world = makeWorld({ enforce: false })
    world.store.next("lose")
    const guarding = world.quota.guard(over, (call) => call.used({ tokens: 3 }))
    await world.clock.advance(1_000)
    await guarding
    assert.deepEqual(await world.numbers(), [3, 0])
  })

  it("says what no account takes", async () => {
    const world = makeWorld({ enforce: false })
    await world.quota.guard({ ...over, limits: [{ account: "nobody", unit: "tokens" }] }, (call) =>
      call.used({ tokens: 3 })
    )
    assert.deepInclude(world.seen.unsettled[0], { requestId: "r", reason: { kind: "refused", refusal: "unknown" } })
  })

  for (const [fault, reserved] of [
    ["refuse", false],
    ["loseAnswer", true]
  ] as const) {
    it(`goes on when the store is away (${fault}), and records what it used`, async () => {
      const world = makeWorld({ enforce: false })
      world.store.next(fault, "lose", "lose")
      const turn = world.quota.open({ ...over, estimate: { tokens: 100 } })
      await world.clock.advance(1_000)
      const opened = await turn
      if (!opened.granted) throw new Error(opened.message)
      assert.isFalse(opened.reserved)
      assert.strictEqual(world.seen.undecided[0]!.requestId, "r")
      await opened.finalize({ tokens: 42 })
      assert.deepEqual(await world.numbers(), [42, 0])
      assert.strictEqual(reserved, fault === "loseAnswer")
    })
  }

  it("does not deny growth", async () => {
    const world = makeWorld({ enforce: false })
    const turn = await world.quota.open({ ...over, estimate: { tokens: 100 } })
    if (!turn.granted) throw new Error(turn.message)
    assert.isTrue((await turn.grow({ tokens: 60_000 })).granted)
    assert.deepInclude(world.seen.denied[0], { during: "grow", enforced: false })
  })

  it("still refuses what is no call at all", async () => {
    const world = makeWorld({ enforce: false })
    const error = await world.quota.open({ ...over, estimate: {} }).catch((error: unknown) => error)
    assert.deepInclude(error as object, { _tag: "InvalidInput", field: "estimate.tokens" })
  })
})

describe("an observer that breaks", () => {
  const broken = (how: () => unknown): Observer => {
    const kinds = ["denied", "overage", "late", "unsettled", "unmeasured", "undecided", "lost"] as const
    return Object.fromEntries(kinds.map((kind) => [kind, how]))
  }
  const ways = {
    throws: () => {
      throw new Error("observer")
    },
    rejects: async () => Promise.reject(new Error("observer")),
    hangs: async () => new Promise(() => undefined)
  }
  for (const [name, how] of Object.entries(ways)) {
    it(`(${name}) breaks nothing`, async () => {
      const unhandled: Array<unknown> = []
      const listener = (reason: unknown) => unhandled.push(reason)
      process.on("unhandledRejection", listener)
      const world = makeWorld({ observer: broken(how) })
      assert.isFalse((await world.quota.open(over)).granted)
      await world.quota.guard({ ...over, requestId: "s", estimate: { tokens: 1 } }, (call) => call.used({ tokens: 2 }))
      await world.quota.guard({ ...over, requestId: "t", estimate: { tokens: 1 } }, () => undefined)
      assert.deepEqual(await world.numbers(), [2, 0])
      await settle()
      process.off("unhandledRejection", listener)
      assert.deepEqual(unhandled, [])
    })
  }
})
