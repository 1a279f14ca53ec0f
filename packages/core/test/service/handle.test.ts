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
