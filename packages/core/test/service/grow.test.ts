import { assert, describe, it } from "vitest"

import type { Reservation } from "../../src/index.ts"
import { rejection } from "./rejection.ts"
import { daily, makeWorld, type World } from "./world.ts"

const monthly = { ...daily, window: "month", limit: 1_000_000 } as const

const open = async (world: World, options: object = {}): Promise<Reservation> => {
  const turn = await world.quota.open({ requestId: "r", limits: [daily], estimate: { tokens: 4_000 }, ...options })
  if (!turn.granted) throw new Error(turn.message)
  return turn
}

describe("growth", () => {
  it("holds so much more", async () => {
    const world = makeWorld()
    const turn = await open(world)
    assert.isTrue((await turn.grow({ tokens: 2_000 })).granted)
    assert.isTrue((await turn.grow({ tokens: 1_000 })).granted)
    assert.deepEqual(await world.numbers(), [0, 7_000])
    assert.deepEqual(turn.handle().parts[0]!.held, { tokens: 7_000 })
  })

  it("of two at the same time adds up", async () => {
    const world = makeWorld()
    const turn = await open(world)
    await Promise.all([turn.grow({ tokens: 2_000 }), turn.grow({ tokens: 1_000 })])
    assert.deepEqual(await world.numbers(), [0, 7_000])
  })

  it("of two at the same time adds up also when the store takes its time", async () => {
    const world = makeWorld()
    const turn = await open(world)
    world.store.next({ answerAfterMs: 100 }, { answerAfterMs: 50 })
    const growing = Promise.all([turn.grow({ tokens: 2_000 }), turn.grow({ tokens: 1_000 })])
    await world.clock.advance(200)
    await growing
    assert.deepEqual(await world.numbers(), [0, 7_000])
  })

  it("under way when the turn ends is ended with it", async () => {
    const world = makeWorld()
    const turn = await open(world)
    world.store.next({ answerAfterMs: 100 })
    const growing = turn.grow({ tokens: 2_000 })
    await world.clock.advance(50)
    const ending = turn.finalize({ tokens: 5 })
    await world.clock.advance(50)
    assert.isTrue((await growing).granted)
    assert.deepInclude((await ending).settled[0], { held: 6_000, debited: 5 })
  })

  it("denied says why and leaves the turn as it is", async () => {
    const world = makeWorld()
    const turn = await open(world)
    const growth = await turn.grow({ tokens: 46_001 })
    if (growth.granted) throw new Error("it was granted")
    assert.strictEqual(growth.message, "user:ada: 46001 tokens asked, 46000 of 50000 left")
    assert.deepInclude(world.seen.denied[0], { requestId: "r", during: "grow", enforced: true })
    assert.isTrue((await turn.grow({ tokens: 46_000 })).granted)
    await turn.finalize({ tokens: 1 })
    assert.deepEqual(await world.numbers(), [1, 0])
  })

  it("whose answer was lost is asked again and grows once", async () => {
    const world = makeWorld()
    const turn = await open(world)
    world.store.next("loseAnswer")
    const growing = turn.grow({ tokens: 2_000 })
    await world.clock.advance(200)
    assert.isTrue((await growing).granted)
    assert.deepEqual(await world.numbers(), [0, 6_000])
  })

  it("carries what was measured", async () => {
    const world = makeWorld()
    const turn = await open(world)
    turn.used({ tokens: 900 })
    await turn.grow({ tokens: 1 })
    const { items } = await world.quota.holds(daily)
    assert.deepInclude(items[0], { id: "r", held: 4_001, measured: 900 })
  })

  it("by ensure covers what was used and the next call, and no more", async () => {
    const world = makeWorld()
    const turn = await open(world)
    assert.isTrue((await turn.ensure({ tokens: 4_000 })).granted)
    assert.deepEqual(await world.numbers(), [0, 4_000])
    turn.used({ tokens: 1_500 })
    assert.isTrue((await turn.ensure({ tokens: 4_000 })).granted)
    assert.deepEqual(await world.numbers(), [0, 5_500])
    assert.isTrue((await turn.ensure({ tokens: 100 })).granted)
    assert.deepEqual(await world.numbers(), [0, 5_500])
  })

  it("after the end is refused", async () => {
    const world = makeWorld()
    const turn = await open(world)
    await turn.release()
    assert.deepInclude((await rejection(turn.grow({ tokens: 1 }))) as object, {
      _tag: "ReservationEnded",
      state: "here"
    })
  })

  it("of what was ended elsewhere is refused", async () => {
    const world = makeWorld()
    const turn = await open(world)
    await (await world.quota.resume(turn.handle())).release()
    assert.deepInclude((await rejection(turn.grow({ tokens: 1 }))) as object, {
      _tag: "ReservationEnded",
      state: "released"
    })
  })

  it("of a unit that nobody asked about, or past 2^53 - 1, is refused", async () => {
    const world = makeWorld()
    const turn = await open(world)
    for (const by of [{ token: 1 }, { tokens: -1 }, { tokens: 1.5 }, { tokens: Number.MAX_SAFE_INTEGER }])
      assert.deepInclude((await rejection(turn.grow(by as { tokens: number }))) as object, { _tag: "InvalidInput" })
    assert.deepEqual(world.store.kinds(), ["reserve"])
  })
})

describe("a turn that straddles the end of a window", () => {
  const straddle = async (world: World, options: object = {}) => {
    const turn = await open(world, { ttlMs: 3_600_000, ...options })
    turn.used({ tokens: 1_000 })
    await world.clock.advance(12 * 3_600_000)
    return turn
  }

  it("grows by a second reservation, in the new window", async () => {
    const world = makeWorld({ renewForMs: 86_400_000 })
    const turn = await straddle(world)
    assert.deepEqual(await world.numbers(), [0, 0])
    assert.isTrue((await turn.grow({ tokens: 3_000 })).granted)
    assert.deepEqual(await world.numbers(), [0, 3_000])
    turn.used({ tokens: 500 })
    await world.clock.advance(60_000)
    const settlement = await turn.finalize()
    assert.deepEqual(
      settlement.settled.map(({ debited, held, overage }) => [held, debited, overage]),
      [
        [4_000, 1_000, 0],
        [3_000, 500, 0]
      ]
    )
    // 1,000 were used before midnight, on yesterday's account; 500 since.
    assert.deepEqual(await world.numbers(), [500, 0])
    assert.isNull(settlement.problem)
  })

  it("is denied what the new window has not", async () => {
    const world = makeWorld({ renewForMs: 86_400_000 })
    const turn = await straddle(world)
    const growth = await turn.grow({ tokens: 50_001 })
    assert.isFalse(growth.granted)
    await turn.finalize()
    assert.deepEqual(await world.numbers(), [0, 0])
  })

  it("ensures all of the next call in the new window", async () => {
    const world = makeWorld({ renewForMs: 86_400_000 })
    const turn = await straddle(world)
    assert.isTrue((await turn.ensure({ tokens: 3_500 })).granted)
    assert.deepEqual(await world.numbers(), [0, 3_500])
  })

  it("holds its slot and its request once", async () => {
    const world = makeWorld({ renewForMs: 86_400_000 })
    const streams = { account: "ip", unit: "streams", limit: 2 }
    const requests = { account: "ip:requests", unit: "requests", limit: 10, window: "day" } as const
    const turn = await straddle(world, { limits: [daily, monthly, streams, requests] })
    assert.isTrue((await turn.grow({ tokens: 3_000 })).granted)
    assert.deepEqual(await world.numbers(streams), [0, 1])
    assert.deepEqual(await world.numbers(requests), [0, 0])
    assert.deepEqual(await world.numbers(monthly), [0, 7_000])
    await turn.finalize({ tokens: 5_000 })
    assert.deepEqual(await world.numbers(streams), [0, 0])
    assert.deepEqual(await world.numbers(monthly), [5_000, 0])
    assert.deepEqual(await world.numbers(), [4_000, 0])
  })

  it("grows what its second reservation does not have", async () => {
    const world = makeWorld({ renewForMs: 86_400_000 })
    const money = { account: "team", unit: "microusd", limit: 1_000 }
    const turn = await straddle(world, { limits: [daily, money], estimate: { tokens: 4_000, microusd: 100 } })
    assert.isTrue((await turn.grow({ tokens: 10 })).granted)
    assert.isTrue((await turn.grow({ microusd: 50 })).granted)
    assert.deepEqual(await world.numbers(money), [0, 150])
    turn.used({ microusd: 120 })
    await turn.finalize()
    assert.deepEqual(await world.numbers(money), [120, 0])
  })
})
