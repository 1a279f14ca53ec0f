/**
 * Charges, and endings by the id alone: a webhook in another process, a worker of a queue.
 */
import { assert, describe, it } from "vitest"

import { memoryStore } from "../../../adapter-memory/src/index.ts"
import type { Limit } from "../../src/index.ts"
import { faultyStore } from "./faulty-store.ts"
import { rejection } from "./rejection.ts"
import { daily, makeWorld } from "./world.ts"

const streams: Limit = { account: "user:ada:streams", unit: "streams", limit: 2 }
const requests: Limit = { account: "user:ada:requests", unit: "requests", limit: 9, window: "day" }
const limits = [daily, streams, requests]
const request = { requestId: "r", limits, estimate: { tokens: 4_000 } }

/** Two processes over one store; the first has opened `r`. */
const twoProcesses = async () => {
  const first = makeWorld()
  const turn = await first.quota.open(request)
  if (!turn.granted) throw new Error(turn.message)
  const webhook = makeWorld({ store: first.store, clock: first.clock })
  return { first, turn, webhook }
}

describe("a charge", () => {
  it("debits at once, beyond the limit, and counts a request", async () => {
    const world = makeWorld()
    const charge = await world.quota.charge({ requestId: "c", limits, used: { tokens: 60_000 } })
    assert.deepInclude(charge, { granted: true, requestId: "c", ended: "charged", replayed: false, problem: null })
    assert.deepEqual(await Promise.all(limits.map((limit) => world.numbers(limit))), [
      [60_000, 0],
      [0, 0],
      [1, 0]
    ])
  })

  it("of the same id debits once, and a different one is a conflict", async () => {
    const world = makeWorld()
    await world.quota.charge({ requestId: "c", limits: [daily], used: { tokens: 7 } })
    const again = await world.quota.charge({ requestId: "c", limits: [daily], used: { tokens: 7 } })
    assert.deepInclude(again, { granted: true, replayed: true })
    const other = await rejection(world.quota.charge({ requestId: "c", limits: [daily], used: { tokens: 8 } }))
    assert.deepInclude(other as object, { _tag: "QuotaConflict", reason: "content", requestId: "c" })
    assert.deepEqual(await world.numbers(), [7, 0])
  })

  it("makes an id of its own", async () => {
    const world = makeWorld()
    for (let call = 0; call < 2; call++) await world.quota.charge({ limits: [daily], used: { tokens: 7 } })
    assert.deepEqual(await world.numbers(), [14, 0])
  })

  it("is denied by an account that is unknown, closed or of another unit, and debits none", async () => {
    const world = makeWorld()
    const unknown = await world.quota.charge({
      requestId: "c",
      limits: [daily, { account: "team:x", unit: "tokens" }],
      used: { tokens: 7 }
    })
    assert.deepInclude(unknown, { granted: false, reason: "unknown", message: "team:x: no limit is known for it" })
    await world.quota.closeAccount(daily)
    const closed = await world.quota.charge({ requestId: "d", limits: [daily], used: { tokens: 7 } })
    assert.deepInclude(closed, { granted: false, reason: "closed" })
    assert.deepEqual(await world.numbers(), [0, 0])
    assert.deepInclude(world.seen.denied[0]!, { requestId: "c", during: "charge", enforced: true })
    assert.deepInclude(world.seen.unsettled[0]!, { requestId: "c", reason: { kind: "refused", refusal: "unknown" } })
  })

  it("with enforce off debits the accounts that take it", async () => {
    const world = makeWorld({ enforce: false })
    const team: Limit = { account: "team:x", unit: "tokens" }
    const charge = await world.quota.charge({ requestId: "c", limits: [daily, team], used: { tokens: 7 } })
    assert.deepInclude(charge, { granted: true, problem: null })
    assert.deepEqual(await world.numbers(), [7, 0])
    assert.deepInclude(world.seen.denied[0]!, { enforced: false })
    const again = await world.quota.charge({ requestId: "c", limits: [daily, team], used: { tokens: 7 } })
    assert.deepInclude(again, { granted: true, replayed: true, problem: null })
    assert.deepEqual(await world.numbers(), [7, 0])
    const none = await world.quota.charge({ requestId: "d", limits: [team], used: { tokens: 7 } })
    assert.deepInclude(none, { granted: true, problem: { kind: "refused", refusal: "unknown" } })
  })

  it("is sent again after a lost answer, and debits once", async () => {
    const world = makeWorld()
    world.store.next("loseAnswer", "refuse")
    const charging = world.quota.charge({ requestId: "c", limits: [daily], used: { tokens: 7 } })
    await world.clock.advance(1_000)
    assert.deepInclude(await charging, { granted: true, delivered: true, replayed: true })
    assert.deepEqual(await world.numbers(), [7, 0])
  })

  it("that cannot be delivered goes to the journal, and from there to the store", async () => {
    const world = makeWorld({ settleWithinMs: 0, callTimeoutMs: 100 })
    world.store.always("charge", "refuse")
    const charge = await world.quota.charge({ requestId: "c", limits: [daily], used: { tokens: 7 } })
    assert.deepInclude(charge, { granted: true, delivered: false, journaled: true })
    world.store.always("charge", "pass")
    assert.deepEqual(await world.quota.replayJournal(), { delivered: 1, kept: 0 })
    assert.deepEqual(await world.numbers(), [7, 0])
  })
})

describe("a charge in the journal of a store that remembers endings for ten minutes", () => {
  const replayedAfter = async (waitMs: number) => {
    const store = faultyStore(() => memoryStore({ settledRetentionMs: 600_000 }))
    const world = makeWorld({ store, settleWithinMs: 0, callTimeoutMs: 100 })
    store.always("charge", "refuse")
    await world.quota.charge({ requestId: "c", limits: [daily], used: { tokens: 7 } })
    await world.clock.advance(waitMs)
    store.always("charge", "pass")
    await world.quota.replayJournal()
    return { used: (await world.numbers())[0], reasons: world.seen.unsettled.map(({ reason }) => reason.kind) }
  }

  it("is counted as long as a first one would be remembered, less the longest call", async () =>
    assert.deepEqual(await replayedAfter(539_000), { used: 7, reasons: ["undelivered"] }))

  it("is reported after that: it may have been counted and forgotten", async () =>
    assert.deepEqual(await replayedAfter(541_000), { used: 0, reasons: ["undelivered", "undecidable"] }))
})

describe("an ending by the id alone", () => {
  it("finalizes what another process opened, with its slot and its request", async () => {
    const { turn, webhook } = await twoProcesses()
    const ended = await webhook.quota.finalize({ requestId: "r", limits, used: { tokens: 812 } })
    assert.deepInclude(ended, { requestId: "r", ended: "finalized", delivered: true, problem: null })
    assert.deepEqual(
      ended.settled.map(({ account, debited, held }) => [account, held, debited]),
      [
        ["user:ada", 4_000, 812],
        ["user:ada:streams", 1, 0],
        ["user:ada:requests", 1, 1]
      ]
    )
    // A webhook comes twice; and the process that opened it ends it as well.
    const again = await webhook.quota.finalize({ requestId: "r", limits, used: { tokens: 812 } })
    assert.deepInclude(again, { problem: null })
    assert.deepEqual((await turn.finalize({ tokens: 812 })).problem, null)
    assert.deepEqual(await webhook.numbers(), [812, 0])
  })

  it("takes the limits in any order, and refuses others", async () => {
    const { webhook } = await twoProcesses()
    const fewer = await webhook.quota.finalize({ requestId: "r", limits: [daily], used: { tokens: 1 } })
    assert.deepEqual(fewer.problem, { kind: "conflict", conflict: "legs" })
    await webhook.quota.finalize({ requestId: "r", limits: limits.toReversed(), used: { tokens: 1 } })
    assert.deepEqual(await webhook.numbers(), [1, 0])
  })

  it("releases at what was measured", async () => {
    const { turn, first, webhook } = await twoProcesses()
    turn.used({ tokens: 30 })
    await first.clock.advance(20_000)
    const ended = await webhook.quota.release({ requestId: "r", limits })
    assert.deepInclude(ended, { ended: "released", problem: null })
    assert.deepEqual(await webhook.numbers(), [30, 0])
    await first.clock.advance(20_000)
    assert.strictEqual(turn.signal.aborted, true)
    const late = await webhook.quota.finalize({ requestId: "r", limits, used: { tokens: 30 } })
    assert.deepEqual(late.problem, { kind: "conflict", conflict: "ended" })
  })

  it("caps where it is told to", async () => {
    const world = makeWorld()
    const small: Limit = { ...daily, limit: 100 }
    await world.quota.open({ requestId: "r", limits: [small], estimate: { tokens: 10 } })
    const ended = await world.quota.finalize({ requestId: "r", limits: [small], used: { tokens: 150 }, overage: "cap" })
    assert.deepInclude(ended.settled[0]!, { debited: 100, unbilled: 50 })
  })

  it("of an id that the store does not know is reported, and charged if it is said when it was opened", async () => {
    const world = makeWorld()
    const openedAtMs = world.clock.nowMs()
    const unknown = await world.quota.finalize({ requestId: "gone", limits: [daily], used: { tokens: 9 } })
    assert.deepEqual(unknown.problem, { kind: "unknown" })
    assert.deepInclude(world.seen.unsettled[0]!, { requestId: "gone", amounts: { tokens: 9 } })
    await world.clock.advance(600_000)
    const charged = { requestId: "gone", limits: [daily], used: { tokens: 9 }, openedAtMs }
    assert.deepInclude(await world.quota.finalize(charged), { problem: null })
    assert.deepEqual(await world.numbers(), [9, 0])
    // An hour later it may have been forgotten: nobody knows.
    await world.clock.advance(7_200_000)
    assert.deepEqual((await world.quota.finalize(charged)).problem, { kind: "undecidable" })
    assert.deepEqual(await world.numbers(), [9, 0])
  })

  it("that cannot be delivered goes to the journal", async () => {
    const { first, webhook } = await twoProcesses()
    const away = makeWorld({ store: first.store, clock: first.clock, settleWithinMs: 0 })
    first.store.always("finalize", "refuse")
    const ended = await away.quota.finalize({ requestId: "r", limits, used: { tokens: 812 } })
    assert.deepInclude(ended, { delivered: false, journaled: true })
    first.store.always("finalize", "pass")
    await away.quota.replayJournal()
    assert.deepEqual(await webhook.numbers(), [812, 0])
  })

  it("can also go on: a worker that knows the request resumes it", async () => {
    const { turn, webhook } = await twoProcesses()
    turn.used({ tokens: 1 })
    const resumed = await webhook.quota.resume(request)
    assert.isTrue((await resumed.grow({ tokens: 500 })).granted)
    assert.deepEqual(await webhook.numbers(), [0, 4_500])
    resumed.used({ tokens: 40 })
    await resumed.finalize()
    assert.deepEqual(await webhook.numbers(), [40, 0])
    const ended = await rejection(webhook.quota.resume(request))
    assert.deepInclude(ended as object, { _tag: "ReservationEnded", state: "finalized" })
    const never = await rejection(webhook.quota.resume({ ...request, requestId: "never" }))
    assert.deepInclude(never as object, { _tag: "ReservationEnded", state: "none" })
  })
})

describe("what they are told", () => {
  it("is checked, and named", async () => {
    const world = makeWorld()
    const { quota } = world
    const cases: ReadonlyArray<readonly [Promise<unknown>, string]> = [
      [quota.charge({ limits: [daily], used: {} }), "used.tokens"],
      [quota.charge({ limits: [daily], used: { tokens: -1 } }), "used.tokens"],
      [quota.charge({ limits: [daily], used: { tokens: 1, token: 1 } }), "used.token"],
      [quota.charge({ limits: [daily] } as never), "used"],
      [quota.charge({ limits: [], used: {} }), "limits"],
      [quota.charge({ requestId: "x".repeat(241), limits: [daily], used: { tokens: 1 } }), "requestId"],
      [quota.charge({ limits: [daily], estimate: { tokens: 1 } } as never), "estimate"],
      [quota.finalize({ limits, used: { tokens: 1 } } as never), "requestId"],
      [quota.finalize({ requestId: "r", limits, used: {} }), "used.tokens"],
      [quota.finalize({ requestId: "r", limits, used: { tokens: 1, requests: 1 } }), "used.requests"],
      [quota.finalize({ requestId: "r", limits, used: { tokens: 1 }, openedAtMs: -1 }), "openedAtMs"],
      [quota.finalize({ requestId: "r", limits, used: { tokens: 1 }, overage: "no" as never }), "overage"],
      [quota.release({ requestId: "r", limits: [{ ...daily, unit: "" }] }), "limits[0].unit"],
      [quota.resume({ ...request, requestId: "" }), "requestId"],
      [quota.resume({ ...request, estimate: {} }), "estimate.tokens"],
      [quota.resume("r" as never), "handle"]
    ]
    for (const [call, field] of cases)
      assert.deepInclude((await rejection(call)) as object, { _tag: "InvalidInput", field })
    assert.deepEqual(world.store.sent, [])
    await quota.close()
    for (const call of [
      quota.charge({ limits: [daily], used: { tokens: 1 } }),
      quota.finalize({ requestId: "r", limits, used: { tokens: 1 } }),
      quota.release({ requestId: "r", limits })
    ])
      assert.deepInclude((await rejection(call)) as object, { _tag: "QuotaClosed" })
  })
})
