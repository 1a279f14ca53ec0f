import { assert, describe, it } from "vitest"

import { durationText } from "../../src/service/duration-text.ts"
import { daily, makeWorld } from "./world.ts"

const denied = async (world: ReturnType<typeof makeWorld>, limits: ReadonlyArray<typeof daily>, tokens: number) => {
  const turn = await world.quota.open({ limits, estimate: { tokens } })
  if (turn.granted) throw new Error("it was granted")
  return turn
}

describe("a denial says", () => {
  it("what was asked, what is left, and when it resets", async () => {
    const world = makeWorld()
    await world.quota.guard({ limits: [daily], estimate: { tokens: 49_688 } }, (call) => call.used({ tokens: 49_688 }))
    await world.clock.advance(9 * 3_600_000 + 1)
    const turn = await denied(world, [daily], 4_000)
    assert.strictEqual(turn.message, "user:ada: 4000 tokens asked, 312 of 50000 left, resets in 3 h")
    assert.strictEqual(turn.retryInMs, 3 * 3_600_000 - 1)
    assert.deepInclude(turn.refusals[0], {
      account: "user:ada",
      unit: "tokens",
      asked: 4_000,
      left: 312,
      limit: 50_000
    })
    assert.deepInclude(turn.accounts[0], { used: 49_688, reserved: 0, spendable: 312, status: "warning" })
  })

  it("that a running call may make room", async () => {
    const world = makeWorld()
    await world.quota.open({ limits: [daily], estimate: { tokens: 49_000 } })
    const turn = await denied(world, [daily], 4_000)
    assert.strictEqual(turn.message, "user:ada: 4000 tokens asked, 1000 of 50000 left, try again in 60 s")
  })

  it("that it can never fit", async () => {
    const world = makeWorld()
    const turn = await denied(world, [daily], 50_001)
    assert.strictEqual(turn.message, "user:ada: 50001 tokens asked, 50000 of 50000 left, more than the limit")
    assert.isNull(turn.retryInMs)
  })

  it("nothing of a time where none will help", async () => {
    const world = makeWorld()
    const total = { account: "user:ada", unit: "tokens", limit: 10 }
    await world.quota.guard({ limits: [total], estimate: { tokens: 8 } }, (call) => call.used({ tokens: 8 }))
    assert.strictEqual((await denied(world, [total], 5)).message, "user:ada: 5 tokens asked, 2 of 10 left")
  })

  it("nothing of more than the limit where it is just the limit", async () => {
    const world = makeWorld()
    const total = { account: "user:ada", unit: "tokens", limit: 10 }
    await world.quota.guard({ limits: [total], estimate: { tokens: 8 } }, (call) => call.used({ tokens: 8 }))
    assert.strictEqual((await denied(world, [total], 10)).message, "user:ada: 10 tokens asked, 2 of 10 left")
  })

  it("all accounts that refused", async () => {
    const world = makeWorld()
    const limits = [daily, { ...daily, account: "team:b", limit: 10 }, { ...daily, account: "team:a", limit: 10 }]
    const turn = await denied(world, limits, 11)
    assert.strictEqual(
      turn.message,
      "team:a: 11 tokens asked, 10 of 10 left, more than the limit; team:b: 11 tokens asked, 10 of 10 left, more than the limit"
    )
    assert.lengthOf(turn.accounts, 3)
  })

  it("that no limit is known, that it is closed, that it counts something else", async () => {
    const world = makeWorld()
    const unknown = { account: "x", unit: "tokens" }
    assert.strictEqual((await denied(world, [unknown], 1)).message, "x: no limit is known for it")
    await world.quota.closeAccount({ account: "y", unit: "tokens" })
    assert.strictEqual(
      (await denied(world, [{ account: "y", unit: "tokens", limit: 5 }], 1)).message,
      "y: it is closed"
    )
    await world.quota.setLimit({ account: "z", unit: "microusd", limit: 5 })
    assert.strictEqual(
      (await denied(world, [{ account: "z", unit: "tokens", limit: 5 }], 1)).message,
      "z: it counts microusd"
    )
  })

  it("the same as JSON", async () => {
    const world = makeWorld()
    const turn = await denied(world, [daily], 50_001)
    const { granted, message, reason, requestId, retryInMs } = JSON.parse(JSON.stringify(turn)) as typeof turn
    assert.deepEqual([granted, message, reason, requestId, retryInMs], [false, turn.message, "limit", "id-1", null])
  })
})

describe("durationText", () => {
  for (const [ms, text] of [
    [0, "1 s"],
    [1, "1 s"],
    [1_001, "2 s"],
    [120_000, "120 s"],
    [120_001, "3 min"],
    [7_200_000, "120 min"],
    [7_200_001, "3 h"],
    [10_800_000, "3 h"],
    [172_800_001, "3 days"]
  ] as const) {
    it(`${ms} ms is ${text}, never too early`, () => assert.strictEqual(durationText(ms), text))
  }
})
