import { assert, describe, it } from "vitest"

import type { OpenOptions, Reservation, Settlement } from "../../src/index.ts"
import { settle } from "./manual-clock.ts"
import { daily, makeWorld, type World } from "./world.ts"

const open = async (world: World, options: Partial<OpenOptions> = {}): Promise<Reservation> => {
  const turn = await world.quota.open({ requestId: "r", limits: [daily], estimate: { tokens: 4_000 }, ...options })
  if (!turn.granted) throw new Error(turn.message)
  return turn
}

const racers: Readonly<Record<string, (turn: Reservation, world: World, abort: AbortController) => Promise<unknown>>> =
  {
    finalize: async (turn) => turn.finalize({ tokens: 700 }),
    release: async (turn) => turn.release(),
    dispose: async (turn) => turn[Symbol.asyncDispose](),
    abort: async (_turn, world, abort) => {
      abort.abort(new Error("gone"))
      await world.clock.advance(5_000)
    },
    close: async (_turn, world) => {
      const closing = world.quota.close({ graceMs: 0 })
      await world.clock.advance(1)
      await closing
    }
  }

describe("a reservation that is taken apart", () => {
  it("works by each of its functions alone", async () => {
    const world = makeWorld()
    const { ensure, finalize, grow, handle, measured, signal, used } = await open(world)
    used({ tokens: 100 })
    assert.deepEqual(measured(), { tokens: 100 })
    assert.isTrue((await grow({ tokens: 500 })).granted)
    assert.isTrue((await ensure({ tokens: 4_450 })).granted)
    assert.deepEqual(handle().parts[0]!.held, { tokens: 4_550 })
    assert.isFalse(signal.aborted)
    assert.strictEqual((await finalize()).settled[0]!.debited, 100)
    const { release, requestId } = await open(world, { requestId: "s" })
    assert.strictEqual((await release()).requestId, requestId)
  })
})

describe("a reservation ends once, whoever comes first", () => {
  const names = Object.keys(racers)
  for (const first of names)
    for (const second of names) {
      it(`${first} against ${second}`, async () => {
        const world = makeWorld({ closesStore: false })
        const abort = new AbortController()
        const turn = await open(world, { signal: abort.signal })
        turn.used({ tokens: 300 })
        const ends = [racers[first]!(turn, world, abort), racers[second]!(turn, world, abort)]
        await world.clock.advance(10_000)
        await Promise.all(ends)
        const settlement = await turn.finalize({ tokens: 9_999 })
        const endings = world.store.sent.filter((command) => command.kind === "finalize" || command.kind === "release")
        assert.lengthOf(endings, 1)
        assert.strictEqual(settlement.settled[0]!.debited, settlement.ended === "finalized" ? 700 : 300)
        assert.strictEqual(world.seen.unsettled.length, 0)
        const sent = world.store.sent.length
        await world.clock.advance(60_000)
        assert.strictEqual(world.store.sent.length, sent, "no heartbeat is left")
        assert.strictEqual(
          world.clock.pending(),
          0,
          "nor a timer: the one that all heartbeats share has rung and ended"
        )
      })
    }

  it("gives everybody the same settlement, also those who come while it is sent", async () => {
    const world = makeWorld()
    const turn = await open(world)
    world.store.next({ answerAfterMs: 3_000 })
    const ends = [turn.finalize({ tokens: 10 }), turn.release(), turn.finalize({ tokens: 20 })]
    await world.clock.advance(3_000)
    const [first, ...others] = (await Promise.all(ends)) as [Settlement, ...Array<Settlement>]
    assert.strictEqual(first.ended, "finalized")
    for (const other of others) assert.strictEqual(other, first)
    assert.deepEqual(await world.numbers(), [10, 0])
  })

  it("takes the numbers of the caller that came first in the same turn of the event loop", async () => {
    const world = makeWorld()
    const turn = await open(world)
    void turn.release()
    void turn.finalize({ tokens: 10 })
    await settle()
    assert.deepEqual(await world.numbers(), [0, 0])
  })

  it("ends with an await using block, as a failure does", async () => {
    const world = makeWorld()
    {
      await using turn = await world.quota.open({ limits: [daily], estimate: { tokens: 10 } })
      if (turn.granted) turn.used({ tokens: 3 })
    }
    assert.deepEqual(await world.numbers(), [3, 0])
    await using denied = await world.quota.open({ limits: [{ ...daily, limit: 5 }], estimate: { tokens: 10 } })
    assert.isFalse(denied.granted)
  })
})

describe("what an ending costs", () => {
  const both = { ...daily, account: "user:bo", unit: "microusd" }
  const cases: ReadonlyArray<
    readonly [string, object, number | undefined, (turn: Reservation) => Promise<unknown>, number]
  > = [
    ["finalize with a report", {}, 5, async (turn) => turn.finalize({ tokens: 7 }), 7],
    ["finalize without one: what was measured", {}, 5, async (turn) => turn.finalize(), 5],
    ["nothing measured: nothing", {}, undefined, async (turn) => turn.finalize(), 0],
    ["nothing measured, refund", { whenUnknown: "refund" }, undefined, async (turn) => turn.finalize(), 0],
    ["nothing measured, charge-held", { whenUnknown: "charge-held" }, undefined, async (turn) => turn.finalize(), 100],
    ["measured 0 is not unknown", { whenUnknown: "charge-held" }, 0, async (turn) => turn.finalize(), 0],
    ["release: what was measured", { whenUnknown: "charge-held" }, 5, async (turn) => turn.release(), 5],
    ["failure: what was measured", {}, 5, async (turn) => turn[Symbol.asyncDispose](), 5],
    ["failure, refund: nothing", { whenUnknown: "refund" }, 5, async (turn) => turn[Symbol.asyncDispose](), 0],
    [
      "failure, charge-held: the hold",
      { whenUnknown: "charge-held" },
      5,
      async (turn) => turn[Symbol.asyncDispose](),
      100
    ],
    [
      "failure, charge-held, more was measured",
      { whenUnknown: "charge-held" },
      150,
      async (turn) => turn[Symbol.asyncDispose](),
      150
    ]
  ]
  for (const [name, settings, measured, ending, debited] of cases) {
    it(name, async () => {
      const world = makeWorld()
      const turn = await world.quota.open({ limits: [daily], estimate: { tokens: 100 }, ...settings })
      assert.isTrue(turn.granted)
      if (!turn.granted) return
      if (measured !== undefined) turn.used({ tokens: measured })
      await ending(turn)
      assert.deepEqual(await world.numbers(), [debited, 0])
    })
  }

  it("a unit that was not measured follows the policy while another has its measure", async () => {
    const world = makeWorld()
    const turn = await world.quota.open({
      limits: [daily, both],
      estimate: { tokens: 100, microusd: 900 },
      whenUnknown: "charge-held"
    })
    if (!turn.granted) throw new Error(turn.message)
    turn.used({ tokens: 5 })
    await turn.finalize()
    assert.deepEqual(await world.numbers(), [5, 0])
    assert.deepEqual(await world.numbers(both), [900, 0])
    assert.deepEqual(world.seen.unmeasured, [{ requestId: "id-1", units: ["microusd"], policy: "charge-held" }])
  })
})
