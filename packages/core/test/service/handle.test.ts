import { assert, describe, it } from "vitest"

import { rejection } from "./rejection.ts"
import { daily, makeWorld } from "./world.ts"

const request = { requestId: "r", limits: [daily], estimate: { tokens: 4_000 } }

describe("a handle", () => {
  it("lets another process go on and end it", async () => {
    const world = makeWorld()
    const turn = await world.quota.open(request)
    if (!turn.granted) throw new Error(turn.message)
    turn.used({ tokens: 100 })
    const text = JSON.stringify(turn.handle())
    const other = makeWorld({ store: world.store, clock: world.clock })
    const resumed = await other.quota.resume(JSON.parse(text))
    assert.deepEqual(resumed.measured(), { tokens: 100 })
    resumed.used({ tokens: 23 })
    assert.isTrue((await resumed.grow({ tokens: 10 })).granted)
    await resumed.finalize()
    assert.deepEqual(await world.numbers(), [123, 0])
  })

  it("has a heartbeat of its own", async () => {
    const world = makeWorld()
    const turn = await world.quota.open(request)
    if (!turn.granted) throw new Error(turn.message)
    const other = makeWorld({ store: world.store, clock: world.clock })
    await other.quota.resume(turn.handle())
    await world.quota.close({ graceMs: 0 }).catch(() => undefined)
    assert.isAbove(world.clock.pending(), 0)
  })

  it("of what has expired can still be ended, late", async () => {
    const world = makeWorld({ renewForMs: 1 })
    const turn = await world.quota.open(request)
    if (!turn.granted) throw new Error(turn.message)
    await world.clock.advance(70_000)
    const resumed = await world.quota.resume(turn.handle())
    const settlement = await resumed.finalize({ tokens: 9 })
    assert.isTrue(settlement.settled[0]!.late)
    assert.deepEqual(await world.numbers(), [9, 0])
  })

  it("of what has ended is refused", async () => {
    const world = makeWorld()
    const turn = await world.quota.open(request)
    if (!turn.granted) throw new Error(turn.message)
    const handle = turn.handle()
    await turn.finalize({ tokens: 1 })
    assert.deepInclude((await rejection(world.quota.resume(handle))) as object, {
      _tag: "ReservationEnded",
      state: "finalized"
    })
  })

  it("that was tampered with is refused by name", async () => {
    const world = makeWorld()
    const turn = await world.quota.open(request)
    if (!turn.granted) throw new Error(turn.message)
    const handle = JSON.parse(JSON.stringify(turn.handle()))
    for (const [change, field] of [
      [{ version: 2 }, "handle.version"],
      [{ requestId: 5 }, "handle.requestId"],
      [{ parts: [] }, "handle.parts"],
      [{ measured: { tokens: -1 } }, "handle.measured.tokens"],
      [{ settings: { ttlMs: 1 } }, "ttlMs"],
      [{ parts: [{ ...handle.parts[0], held: { tokens: 0.5 } }] }, "handle.parts[0].held.tokens"],
      [
        { parts: [{ ...handle.parts[0], legs: [{ ...handle.parts[0].legs[0], window: { kind: "hour" } }] }] },
        "handle.parts[0].legs[0].window.kind"
      ]
    ] as const)
      assert.deepInclude((await rejection(world.quota.resume({ ...handle, ...change }))) as object, {
        _tag: "InvalidInput",
        field
      })
  })
})

describe("a reservation that is handed over", () => {
  const opened = async (options: Parameters<typeof makeWorld>[0] = {}) => {
    const world = makeWorld(options)
    const turn = await world.quota.open(request)
    if (!turn.granted) throw new Error(turn.message)
    const other = makeWorld({ store: world.store, clock: world.clock })
    return { world, turn, other }
  }

  it("outlives the quota that opened it, with what was measured, and is ended by another", async () => {
    const { other, turn, world } = await opened()
    turn.used({ tokens: 100 })
    const handle = await turn.handOver()
    await world.quota.close({ graceMs: 0 })
    assert.isFalse(turn.signal.aborted)
    assert.deepEqual(await other.numbers(), [0, 4_000])
    const resumed = await other.quota.resume(JSON.parse(JSON.stringify(handle)))
    resumed.used({ tokens: 20 })
    await resumed.finalize()
    assert.deepEqual(await other.numbers(), [120, 0])
  })

  it("is not ended by its block, its signal, its guard, or by whoever had it", async () => {
    const abort = new AbortController()
    const { other, turn, world } = await opened()
    const second = await world.quota.open({ ...request, requestId: "s", signal: abort.signal })
    if (!second.granted) throw new Error(second.message)
    for (const one of [turn, second]) await one.handOver({ ttlMs: 600_000 })
    await turn[Symbol.asyncDispose]()
    abort.abort(new Error("gone"))
    assert.isFalse(second.signal.aborted)
    await world.quota.guard({ ...request, requestId: "g" }, async (call) => call.handOver({ ttlMs: 600_000 }))
    await world.clock.advance(60_000)
    assert.deepEqual(await other.numbers(), [0, 12_000])
    const answer = await turn.finalize({ tokens: 5 })
    assert.deepInclude(answer, { ended: "handedOver", delivered: true, settled: [] })
    for (const requestId of ["r", "s", "g"])
      await other.quota.finalize({ requestId, limits: [daily], used: { tokens: 7 } })
    assert.deepEqual(await other.numbers(), [21, 0])
  })

  it("expires after its ttl if nobody takes it, at what was measured", async () => {
    const { other, turn, world } = await opened()
    turn.used({ tokens: 9 })
    await turn.handOver({ ttlMs: 600_000 })
    await world.clock.advance(590_000)
    assert.deepEqual(await other.numbers(), [0, 4_000])
    await world.clock.advance(11_000)
    assert.deepEqual(await other.numbers(), [9, 0])
    assert.strictEqual(world.clock.pending(), 0)
  })

  it("stays here if it cannot be handed over", async () => {
    const { turn, world } = await opened()
    world.store.always("extend", "refuse")
    const refused = rejection(turn.handOver())
    await world.clock.advance(1_000)
    assert.deepInclude((await refused) as object, { _tag: "NotApplied" })
    assert.deepInclude((await rejection(turn.handOver({ ttlMs: 1 }))) as object, {
      _tag: "InvalidInput",
      field: "ttlMs"
    })
    world.store.always("extend", "pass")
    await turn.finalize({ tokens: 3 })
    assert.deepEqual(await world.numbers(), [3, 0])
    assert.deepInclude((await rejection(turn.handOver())) as object, { _tag: "ReservationEnded", state: "here" })
  })

  it("that was ended elsewhere says so", async () => {
    const { other, turn } = await opened()
    await other.quota.release({ requestId: "r", limits: [daily] })
    assert.deepInclude((await rejection(turn.handOver())) as object, { _tag: "ReservationEnded", state: "released" })
  })
})
