import { assert, describe, it } from "vitest"

import { type JournalEntry, memoryJournal, type SettlementJournal } from "../../src/index.ts"
import { daily, makeWorld, type World } from "./world.ts"

const open = async (world: World) => {
  const turn = await world.quota.open({ requestId: "r", limits: [daily], estimate: { tokens: 4_000 } })
  if (!turn.granted) throw new Error(turn.message)
  return turn
}

const endings = (world: World) => world.store.sent.filter((command) => command.kind === "finalize")

describe("settling", () => {
  it("is sent again, the same, after a lost answer and after a refusal, and counts once", async () => {
    const world = makeWorld()
    const turn = await open(world)
    world.store.next("loseAnswer", "refuse", "lose")
    const ending = turn.finalize({ tokens: 700 })
    await world.clock.advance(5_000)
    assert.deepInclude(await ending, { delivered: true, problem: null })
    assert.lengthOf(endings(world), 4)
    for (const again of endings(world).slice(1))
      assert.deepEqual({ ...again, sentAgoMs: 0 }, { ...endings(world)[0], sentAgoMs: 0 })
    assert.deepEqual(await world.numbers(), [700, 0])
    assert.deepEqual(world.seen.unsettled, [])
  })

  it("waits for the store within bounds, then goes to the journal and says so", async () => {
    const world = makeWorld({ settleWithinMs: 20_000, callTimeoutMs: 3_000 })
    const turn = await open(world)
    world.store.always("finalize", "swallow")
    const ending = turn.finalize({ tokens: 700 })
    await world.clock.advance(19_000)
    assert.deepEqual(world.seen.unsettled, [])
    await world.clock.advance(6_000)
    const settlement = await ending
    assert.deepInclude(settlement, { ended: "finalized", delivered: false, journaled: true })
    assert.strictEqual(settlement.problem?.kind, "undelivered")
    assert.deepInclude(world.seen.unsettled[0], { requestId: "r", journaled: true, amounts: { tokens: 700 } })
  })

  it("is not interrupted by the abort of the call", async () => {
    const world = makeWorld()
    const abort = new AbortController()
    world.store.always("finalize", { answerAfterMs: 1_000 })
    const guarding = world.quota.guard({ limits: [daily], estimate: { tokens: 10 }, signal: abort.signal }, (call) => {
      call.used({ tokens: 7 })
      return "answer"
    })
    const answer = guarding.catch((error: unknown) => error)
    await world.clock.advance(500)
    const late = new Error("too late")
    abort.abort(late)
    await world.clock.advance(500)
    assert.strictEqual(await answer, late)
    assert.deepEqual(await world.numbers(), [7, 0])
    assert.lengthOf(endings(world), 1)
  })

  it("of what the store has forgotten is counted once more only if it cannot have been counted", async () => {
    const world = makeWorld()
    const turn = await open(world)
    world.store.always("extend", "refuse")
    // The heartbeat fails for longer than an ending is remembered: another process may have ended it, and been
    // forgotten.
    await world.clock.advance(691_200_000)
    const settlement = await turn.finalize({ tokens: 5 })
    assert.deepEqual(settlement.problem, { kind: "undecidable" })
    assert.deepInclude(world.seen.unsettled[0], { reason: { kind: "undecidable" }, journaled: false })
    assert.deepEqual(await world.numbers(), [0, 0])
  })

  it("after the store lost its data counts what was used; another process, that cannot know, reports it", async () => {
    const world = makeWorld()
    const turn = await open(world)
    const other = await world.quota.resume({ ...turn.handle(), standing: "undecided" })
    world.store.lose()
    assert.deepEqual((await other.finalize({ tokens: 8 })).problem, { kind: "unknown" })
    assert.isNull((await turn.finalize({ tokens: 9 })).problem)
    assert.deepEqual(await world.numbers(), [9, 0])
  })

  it("that contradicts another process is reported", async () => {
    const world = makeWorld()
    const turn = await open(world)
    const other = await world.quota.resume(turn.handle())
    await other.finalize({ tokens: 3 })
    const settlement = await turn.finalize({ tokens: 4 })
    assert.deepEqual(settlement.problem, { kind: "conflict", conflict: "content" })
    assert.deepInclude(world.seen.unsettled[0], { requestId: "r", amounts: { tokens: 4 }, journaled: false })
    assert.deepEqual(await world.numbers(), [3, 0])
  })
})

describe("the journal", () => {
  const journaled = async (world: World, afterMs = 40_000) => {
    const turn = await open(world)
    world.store.always("finalize", "refuse")
    const ending = turn.finalize({ tokens: 700 })
    await world.clock.advance(afterMs)
    await ending
    world.store.always("finalize", "pass")
  }

  it("is replayed by itself when the store is back", async () => {
    const world = makeWorld()
    await journaled(world)
    await world.clock.advance(60_000)
    assert.deepEqual(await world.numbers(), [700, 0])
    assert.strictEqual(world.clock.pending(), 0)
  })

  it("is replayed exactly once, whoever asks how often", async () => {
    const world = makeWorld()
    await journaled(world)
    const before = endings(world).length
    world.store.next({ answerAfterMs: 10 })
    const replaying = Promise.all([world.quota.replayJournal(), world.quota.replayJournal()])
    await world.clock.advance(10)
    const reports = await replaying
    assert.deepEqual(reports, [
      { delivered: 1, kept: 0 },
      { delivered: 0, kept: 0 }
    ])
    assert.lengthOf(endings(world), before + 1)
    assert.deepEqual(await world.numbers(), [700, 0])
  })

  it("delivered twice debits once", async () => {
    const entries: Array<JournalEntry> = []
    // One that forgets nothing delivers again and again.
    const journal: SettlementJournal = {
      record: async (entry) => entries.push(JSON.parse(JSON.stringify(entry))),
      pending: async () => entries,
      remove: async () => undefined
    }
    const world = makeWorld({ journal })
    await journaled(world)
    await world.quota.replayJournal()
    await world.quota.replayJournal()
    assert.deepEqual(await world.numbers(), [700, 0])
  })

  it("keeps what is still not delivered", async () => {
    const world = makeWorld()
    await journaled(world)
    world.store.always("finalize", "lose")
    assert.deepEqual(await world.quota.replayJournal(), { delivered: 0, kept: 1 })
  })

  it("that is full or broken loses nothing silently", async () => {
    const rejects = async () => Promise.reject(new Error("disk full"))
    const hangs = async () => new Promise(() => undefined)
    const broken = [rejects, hangs].map((record) => ({ ...memoryJournal(), record }))
    for (const journal of [memoryJournal(0), ...broken]) {
      const world = makeWorld({ journal })
      await journaled(world, 55_000)
      assert.deepInclude(world.seen.unsettled[0], { journaled: false, amounts: { tokens: 700 } })
    }
  })

  it("carries over to another process as JSON", async () => {
    const journal = memoryJournal()
    const world = makeWorld({ journal, closesStore: false })
    await journaled(world)
    const [entry] = await journal.pending(10)
    const heir = memoryJournal()
    heir.record(JSON.parse(JSON.stringify(entry)))
    const next = makeWorld({ journal: heir, store: world.store, clock: world.clock })
    assert.deepEqual(await next.quota.replayJournal(), { delivered: 1, kept: 0 })
    assert.deepEqual(await next.numbers(), [700, 0])
    await world.quota.replayJournal()
    assert.deepEqual(await next.numbers(), [700, 0])
  })
})
