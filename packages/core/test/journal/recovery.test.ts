import { writeFile } from "node:fs/promises"
import * as path from "node:path"
import { assert, describe, it } from "vitest"

import type { SettlementJournal } from "../../src/index.ts"
import { fileJournal, type JournalProblem } from "../../src/journal/index.ts"
import type { Fault } from "../service/faulty-store.ts"
import { daily, makeWorld, type World } from "../service/world.ts"
import { makeFolder } from "./folder.ts"

/** A journal that says when it is at work: a world's clock must not pass its deadline while a real disk is busy. */
const watched = (journal: SettlementJournal) => {
  const busy = new Set<Promise<unknown>>()
  const watch = async <A>(call: A | PromiseLike<A>): Promise<A> => {
    const done = Promise.resolve(call)
    busy.add(done)
    return done.finally(() => busy.delete(done))
  }
  return {
    record: async (entry) => watch(journal.record(entry)),
    pending: async (limit) => watch(journal.pending(limit)),
    remove: async (id) => watch(journal.remove(id)),
    idle: async () => {
      while (busy.size > 0) await Promise.allSettled(busy)
    }
  } satisfies SettlementJournal & { readonly idle: () => Promise<void> }
}

/** A process whose endings meet a fault for as long as it lives, and another one that starts when it is gone. */
const makeHeir = async (fault: Fault, use: (world: World) => Promise<unknown>, goneForMs: number): Promise<World> => {
  const folder = await makeFolder()
  const journal = watched(fileJournal({ folder }))
  const world = makeWorld({ journal, closesStore: false, enforce: use !== observed })
  for (const kind of ["finalize", "charge", "release"] as const) world.store.always(kind, fault)
  const using = use(world)
  while (world.seen.unsettled.length === 0) {
    await world.clock.advance(1_000)
    await journal.idle()
  }
  await using
  assert.deepInclude(world.seen.unsettled[0], { journaled: true })
  await world.quota.close()
  for (const kind of ["finalize", "charge", "release"] as const) world.store.always(kind, "pass")
  await world.clock.advance(goneForMs)
  return makeWorld({ journal: fileJournal({ folder }), store: world.store, clock: world.clock })
}

const finalize = async (world: World): Promise<unknown> => {
  const turn = await world.quota.open({ requestId: "r", limits: [daily], estimate: { tokens: 4_000 } })
  return turn.granted ? turn.finalize({ tokens: 700 }) : turn
}

/** Denied, and went on. */
const observed = async (world: World): Promise<unknown> => {
  const limits = [{ ...daily, limit: 100 }]
  return world.quota.guard({ requestId: "r", limits, estimate: { tokens: 4_000 } }, (call) =>
    call.used({ tokens: 700 })
  )
}

const MINUTE_MS = 60_000

describe("recovery", () => {
  it("of a lost answer: it was counted, and is not counted again", async () => {
    const heir = await makeHeir("loseAnswer", finalize, MINUTE_MS)
    assert.deepEqual(await heir.numbers(), [700, 0])
    assert.deepEqual(await heir.quota.replayJournal(), { delivered: 1, kept: 0 })
    assert.deepEqual(await heir.numbers(), [700, 0])
    assert.deepEqual(heir.seen.unsettled, [])
  })

  it("of an expired hold: it is counted late, and reported as late", async () => {
    const heir = await makeHeir("refuse", finalize, 60 * MINUTE_MS)
    assert.deepEqual(await heir.numbers(), [0, 0])
    assert.deepEqual(await heir.quota.replayJournal(), { delivered: 1, kept: 0 })
    assert.deepEqual(await heir.numbers(), [700, 0])
    assert.deepInclude(heir.seen.late[0], { requestId: "r", held: 4_000, debited: 700 })
  })

  it("of a call that nobody held (`enforce: false`): it is charged once", async () => {
    for (const fault of ["refuse", "loseAnswer"] as const) {
      const heir = await makeHeir(fault, observed, MINUTE_MS)
      assert.deepEqual(await heir.quota.replayJournal(), { delivered: 1, kept: 0 })
      assert.deepEqual(await heir.numbers(), [700, 0])
      assert.deepEqual(heir.seen.unsettled, [])
    }
  })

  it("of what the disk did not take: it is sent from memory, by itself", async () => {
    const folder = path.join(await makeFolder(), "taken")
    await writeFile(folder, "a file where the folder should be")
    const problems: Array<JournalProblem> = []
    const journal = watched(fileJournal({ folder, report: (problem) => problems.push(problem) }))
    const world = makeWorld({ journal })
    world.store.always("finalize", "refuse")
    const ending = finalize(world)
    while (world.seen.unsettled.length === 0) {
      await world.clock.advance(1_000)
      await journal.idle()
    }
    await ending
    assert.deepInclude(world.seen.unsettled[0], { journaled: false, amounts: { tokens: 700 } })
    assert.deepInclude(problems[0], { kind: "write", onlyInMemory: 1 })
    world.store.always("finalize", "pass")
    for (let second = 0; second < 30; second++) {
      await world.clock.advance(1_000)
      await journal.idle()
    }
    assert.deepEqual(await world.numbers(), [700, 0])
  })

  for (const [name, use] of [
    ["a finalize", finalize],
    ["a charge", observed]
  ] as const)
    it(`of ${name} that is older than the store's memory: it is reported, and not applied`, async () => {
      const heir = await makeHeir("loseAnswer", use, 90 * MINUTE_MS)
      assert.deepEqual(await heir.numbers(), [700, 0])
      assert.deepEqual(await heir.quota.replayJournal(), { delivered: 1, kept: 0 })
      assert.deepEqual(await heir.numbers(), [700, 0])
      assert.deepInclude(heir.seen.unsettled[0], {
        requestId: "r",
        reason: { kind: "undecidable" },
        journaled: false,
        amounts: { tokens: 700 }
      })
      assert.deepEqual(await heir.quota.replayJournal(), { delivered: 0, kept: 0 })
    })
})
