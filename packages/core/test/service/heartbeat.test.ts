import { assert, describe, it } from "vitest"

import { createQuota } from "../../src/index.ts"
import { daily, makeWorld, type World } from "./world.ts"

const open = async (world: World, options: object = {}) => {
  const turn = await world.quota.open({ requestId: "r", limits: [daily], estimate: { tokens: 4_000 }, ...options })
  if (!turn.granted) throw new Error(turn.message)
  return turn
}

/** As if the process had died: nothing of it reaches the store any more. */
const die = (world: World) => {
  for (const kind of ["extend", "finalize", "release"] as const) world.store.always(kind, "swallow")
}

describe("the heartbeat", () => {
  it("keeps a hold alive far beyond its ttl", async () => {
    const world = makeWorld()
    const turn = await open(world)
    await world.clock.advance(3_000_000)
    assert.deepEqual(await world.numbers(), [0, 4_000])
    assert.isFalse((await turn.finalize({ tokens: 5 })).settled[0]!.late)
    assert.deepEqual(world.seen.late, [])
  })

  it("beats three times per ttl", async () => {
    const world = makeWorld()
    await open(world, { ttlMs: 30_000 })
    await world.clock.advance(60_000)
    assert.lengthOf(
      world.store.kinds().filter((kind) => kind === "extend"),
      6
    )
  })

  it("carries what was used: a holder that dies is charged it", async () => {
    const world = makeWorld()
    const turn = await open(world)
    turn.used({ tokens: 800 })
    turn.used({ tokens: 12 })
    await world.clock.advance(20_000)
    turn.used({ tokens: 1_000_000 })
    die(world)
    await world.clock.advance(120_000)
    assert.deepEqual(await world.numbers(), [812, 0])
  })

  it("of a holder that never said anything costs nothing when it dies", async () => {
    const world = makeWorld()
    await open(world)
    die(world)
    await world.clock.advance(120_000)
    assert.deepEqual(await world.numbers(), [0, 0])
  })

  for (const [whenUnknown, used] of [
    ["charge-held", 4_000],
    ["refund", 0]
  ] as const) {
    it(`tells the store ${whenUnknown} before the first third of the ttl`, async () => {
      const world = makeWorld()
      const turn = await open(world, { whenUnknown })
      turn.used({ tokens: 800 })
      await world.clock.advance(1)
      die(world)
      await world.clock.advance(120_000)
      assert.deepEqual(await world.numbers(), [used, 0])
    })
  }

  it("hurries after a beat that failed", async () => {
    const world = makeWorld()
    await open(world)
    // Three sendings make one beat.
    world.store.next("refuse", "refuse", "refuse")
    await world.clock.advance(20_000 + 1_000)
    assert.lengthOf(
      world.store.kinds().filter((kind) => kind === "extend"),
      3
    )
    await world.clock.advance(5_000)
    assert.lengthOf(
      world.store.kinds().filter((kind) => kind === "extend"),
      4
    )
  })

  it("ends after renewForMs, so that a forgotten reservation does", async () => {
    const world = makeWorld({ renewForMs: 100_000 })
    await open(world)
    await world.clock.advance(99_000)
    assert.deepEqual(await world.numbers(), [0, 4_000])
    await world.clock.advance(62_000)
    assert.deepEqual(await world.numbers(), [0, 0])
    assert.strictEqual(world.clock.pending(), 0)
  })

  it("stops when the reservation was ended elsewhere, and tells the holder", async () => {
    const world = makeWorld()
    const turn = await open(world)
    const other = await world.quota.resume(JSON.parse(JSON.stringify(turn.handle())))
    await other.finalize({ tokens: 3 })
    await world.clock.advance(20_000)
    assert.deepEqual(world.seen.lost, [{ requestId: "r", state: "finalized" }])
    assert.deepInclude(turn.signal.reason as object, { _tag: "ReservationEnded", state: "finalized" })
    assert.strictEqual(world.clock.pending(), 0)
  })

  it("lets a call run on whose deadline passed while the store was away: its end is late, and counted", async () => {
    const world = makeWorld()
    const turn = await open(world)
    world.store.always("extend", "refuse")
    await world.clock.advance(61_000)
    world.store.always("extend", "pass")
    await world.clock.advance(10_000)
    assert.deepEqual(world.seen.lost, [{ requestId: "r", state: "expired" }])
    assert.isFalse(turn.signal.aborted)
    await turn.finalize({ tokens: 700 })
    assert.deepEqual(await world.numbers(), [700, 0])
    assert.deepInclude(world.seen.late[0], { requestId: "r", account: "user:ada", debited: 700 })
  })

  it("does not keep the process alive", async () => {
    const { memoryStore } = await import("../../../adapter-memory/src/index.ts")
    const before = process.getActiveResourcesInfo().filter((name) => name === "Timeout").length
    const quota = createQuota({ store: memoryStore() })
    const turn = await quota.open({ limits: [daily], estimate: { tokens: 1 } })
    assert.isTrue(turn.granted)
    // Node counts only timers that hold it.
    assert.strictEqual(process.getActiveResourcesInfo().filter((name) => name === "Timeout").length, before)
    await quota.close({ graceMs: 0 })
  })
})
