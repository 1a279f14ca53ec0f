import type { SettlementJournal } from "@tallystick/core"
import { assert, describe, it } from "vitest"

import { explore } from "../../src/index.ts"
import { type Code, journalScenario, limits } from "./journal-scenario.ts"

/** A call that fits in a function: it works, measures, works, measures, and may fail. */
const guarded: Code["run"] = async (quota, client, call, abort) =>
  quota.guard(
    { requestId: call.requestId, limits, estimate: { tokens: 500 }, signal: abort.signal },
    async (reservation) => {
      call.measured = 0
      for (const amount of [70, 600]) {
        await client.sleep(client.pick(3) * 300)
        // What an aborted call says came too late.
        if (reservation.signal.aborted) return
        reservation.used({ tokens: amount })
        call.measured += amount
      }
      if (client.pick(4) === 0) throw new Error("the model failed")
    }
  )

/** A stream: it is opened, grows before each model call, measures after it, and ends in one way or in several. */
const streamed: Code["run"] = async (quota, client, call, abort) => {
  const { requestId } = call
  const turn = await quota.open({ requestId, limits, estimate: { tokens: 100 }, signal: abort.signal })
  if (!turn.granted) return
  call.measured = 0
  try {
    for (let chunk = 0; chunk < 3; chunk++) {
      await turn.grow({ tokens: 50 }).catch(() => undefined)
      await client.sleep(client.pick(3) * 20_000)
      if (turn.signal.aborted) break
      turn.used({ tokens: 40 })
      call.measured += 40
    }
  } finally {
    const ends = [async () => turn.finalize(), async () => turn.release(), async () => turn[Symbol.asyncDispose]()]
    const first = client.pick(3)
    await Promise.all([ends[first]!(), ends[client.pick(3)]!()])
  }
}

/** A job: whoever takes the request hands it over, and a webhook tells what it used, often twice. */
const byId: Code["run"] = async (quota, client, call, abort) => {
  const { requestId } = call
  const turn = await quota.open({ requestId, limits, estimate: { tokens: 100 }, signal: abort.signal })
  if (!turn.granted) return
  call.measured = 0
  try {
    await turn.handOver({ ttlMs: 3_600_000 })
  } catch {
    await turn.release()
    return
  }
  const measured = 90 + client.pick(3) * 20
  call.measured = measured
  await client.sleep(client.pick(3) * 20_000)
  const webhook = async () => quota.finalize({ requestId, limits, used: { tokens: measured } })
  await (client.pick(2) === 0 ? webhook() : Promise.all([webhook(), webhook()]))
}

/** A cost that was never reserved, told twice. */
const charged: Code["run"] = async (quota, client, call) => {
  const { requestId } = call
  const measured = 90 + client.pick(3) * 20
  call.measured = measured
  const charge = async () => quota.charge({ requestId, limits, used: { tokens: measured } })
  for (let times = 1 + client.pick(3); times > 0; times--) {
    await Promise.all([charge(), charge()])
    await client.sleep(client.pick(3) * 300)
  }
}

const play = async (code: Partial<Code> & Pick<Code, "run">, runs: number, clients: number) => {
  const { counts, scenario, store } = journalScenario({ enforce: true, ...code })
  const report = await explore({ store, scenario, runs, seed: 5, clients, faults: true, allowsDebt: true })
  return { report, counts }
}

const RUNS = 300

describe("a settlement is made once, for no less than what was measured", () => {
  for (const [name, code] of [
    ["guard", { run: guarded }],
    ["guard, without enforcement", { run: guarded, enforce: false }],
    ["a streaming turn", { run: streamed }],
    ["a streaming turn, without enforcement", { run: streamed, enforce: false }],
    ["a job that is handed over, and ended by its id", { run: byId }],
    ["a charge", { run: charged }]
  ] as const)
    it(`${name}: interrupted at any step, the store failing at any call, processes dying between store and journal`, async () => {
      const { counts, report } = await play(code, RUNS, 3)
      assert.isTrue(report.ok, JSON.stringify(report.failure, null, 2))
      // All of it did happen, and was looked at.
      assert.isAbove(report.faults.lost, RUNS / 2)
      // A charge has a third of the messages of a turn at which a process may die.
      assert.isAbove(report.faults.crashed, code.run === charged ? RUNS / 6 : RUNS / 4)
      assert.isAbove(counts.audits, RUNS / 4)
      assert.isAbove(counts.settled, RUNS / 2)
      assert.isAbove(counts.cutOff, RUNS / 20)
      assert.isAbove(counts.journaled, RUNS / 2)
    }, 120_000)
})

describe("that is found to be broken", () => {
  const losing = (journal: SettlementJournal): SettlementJournal => ({ ...journal, record: () => undefined })
  const removing = (journal: SettlementJournal): SettlementJournal => ({
    ...journal,
    pending: async (limit) => {
      const entries = await journal.pending(limit)
      for (const { ending } of entries) await journal.remove(ending.id)
      return entries
    }
  })
  const halving = (journal: SettlementJournal): SettlementJournal => ({
    ...journal,
    record: (entry) => {
      const legs = entry.ending.legs.map((leg) => ({ ...leg, amount: Math.floor((leg.amount ?? 0) / 2) }))
      return journal.record({ ...entry, ending: { ...entry.ending, legs } })
    }
  })
  const renaming = (journal: SettlementJournal): SettlementJournal => ({
    ...journal,
    record: (entry) => journal.record({ ...entry, ending: { ...entry.ending, id: `${entry.ending.id}~observed` } })
  })
  for (const [name, journal, because] of [
    ["a journal that keeps nothing", losing, "was not settled"],
    ["one that forgets before the store has answered", removing, "was not settled"],
    ["one that keeps less than what was measured", halving, "and cost"],
    ["one that sends under another id", renaming, "settled"]
  ] as const)
    it(
      name,
      async () => {
        const { report } = await play({ run: guarded, journal }, 400, 2)
        assert.isFalse(report.ok)
        assert.include(report.failure!.because, because)
      },
      120_000
    )
})
