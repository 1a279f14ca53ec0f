import { assert, describe, it } from "vitest"

import { createQuota, insured, type InsuredOptions, memoryJournal, type Store } from "../../src/index.ts"
import { daily, makeWorld, type World } from "./world.ts"

const open = async (world: World, requestId: string, tokens: number) => {
  const turn = await world.quota.open({ requestId, limits: [daily], estimate: { tokens } })
  if (!turn.granted) throw new Error(turn.message)
  return turn
}

const admit = { whenDown: "admit", upTo: { tokens: 5_000 } } as const

const worldOf = (options: InsuredOptions = admit, journal = memoryJournal()) =>
  makeWorld({ journal }, (store) => insured(store, options))

const kinds = ["reserve", "extend", "finalize", "release"] as const
const all = (world: World, fault: "refuse" | "lose" | "pass") =>
  kinds.forEach((kind) => world.store.always(kind, fault))

describe("createQuota over an insured store", () => {
  it("tells that a reservation is insured, and the observer; what is beyond the bound fails, not denied", async () => {
    const world = worldOf()
    assert.isFalse((await open(world, "before", 1)).insured)
    all(world, "lose")
    const turn = await open(world, "r", 4_000)
    assert.deepInclude(turn as object, { granted: true, reserved: true, insured: true })
    assert.deepEqual(world.seen.insured, [{ requestId: "r", amounts: { tokens: 4_000 } }])
    const refused = world.quota.open({ requestId: "s", limits: [daily], estimate: { tokens: 1_001 } })
    const error = refused.catch((error: unknown) => error)
    await world.clock.advance(15_000)
    assert.match(String(await error), /does not fit into what this process may admit/)
    assert.deepEqual(world.seen.denied, [])
  })

  it("charges what it used through the journal when the store is back, once", async () => {
    const world = worldOf()
    all(world, "refuse")
    const turn = await open(world, "r", 4_000)
    turn.used({ tokens: 700 })
    // At once: nobody waits for a store that is away.
    assert.deepInclude(await turn.finalize(), { delivered: false, journaled: true })
    // Hours later: the store had heard nothing.
    await world.clock.advance(4 * 3_600_000)
    all(world, "pass")
    await world.clock.advance(120_000)
    assert.deepEqual(await world.numbers(), [700, 0])
    assert.deepEqual(await world.quota.replayJournal(), { delivered: 0, kept: 0 })
    assert.deepEqual(await world.numbers(), [700, 0])
    assert.lengthOf(world.seen.unsettled, 1)
  })

  it("of which the reserve had arrived, is finalized as any other", async () => {
    const world = worldOf()
    world.store.next("loseAnswer")
    const turn = await open(world, "r", 4_000)
    assert.isTrue(turn.insured)
    assert.deepEqual(await world.numbers(), [0, 4_000])
    await world.clock.advance(1_500)
    await turn.finalize({ tokens: 9 })
    assert.deepEqual(await world.numbers(), [9, 0])
  })

  it("a heartbeat hands it over, and from then on it is none of ours", async () => {
    const world = worldOf()
    all(world, "refuse")
    const turn = await open(world, "r", 4_000)
    turn.used({ tokens: 30 })
    await world.clock.advance(30_000)
    assert.isTrue(turn.insured)
    all(world, "pass")
    await world.clock.advance(30_000)
    assert.isFalse(turn.insured)
    assert.deepEqual(await world.numbers(), [0, 4_000])
    // The process dies; what it had used is charged at the deadline, as ever.
    all(world, "lose")
    await world.clock.advance(120_000)
    assert.deepEqual(await world.numbers(), [30, 0])
  })

  it("an abort while the store is down gives the share of the bound back", async () => {
    const world = worldOf()
    all(world, "refuse")
    const turn = await open(world, "r", 5_000)
    void turn.release()
    await world.clock.advance(0)
    assert.isTrue((await open(world, "s", 5_000)).insured)
  })

  it("does not wait for a store that is down, and asks it again in a while", async () => {
    const world = worldOf()
    all(world, "lose")
    await open(world, "r1", 1)
    const sent = world.store.sent.length
    for (let call = 0; call < 5; call++) await open(world, `s${call}`, 1)
    assert.lengthOf(world.store.sent, sent)
    await world.clock.advance(1_000)
    all(world, "pass")
    assert.isFalse((await open(world, "t", 1)).insured)
  })

  it("deny: fails at once while the store is down, and admits nothing", async () => {
    const world = worldOf({ whenDown: "deny", retryAfterMs: 60_000 })
    world.store.next("lose")
    const refused = async () => {
      const opening = world.quota.open({ limits: [daily], estimate: { tokens: 1 } }).catch((error: unknown) => error)
      await world.clock.advance(12_000)
      return String(await opening)
    }
    await refused()
    const sent = world.store.sent.length
    assert.match(await refused(), /nothing was changed: the store is down \(lost by the test\)/)
    assert.lengthOf(
      world.store.sent.filter(({ kind }) => kind === "reserve"),
      sent
    )
  })

  it("is a Store to those without Effect", () => {
    const world = worldOf()
    const store: Store = insured(world.store, { whenDown: "deny" })
    assert.isDefined(createQuota({ store }))
  })
})
