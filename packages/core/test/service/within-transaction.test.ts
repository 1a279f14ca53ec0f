/**
 * A quota over a store that is a transaction of the caller's: nothing is sent behind the caller's back, and an error of the store rejects whatever was called.
 */
import { assert, describe, it } from "vitest"

import { createQuota, NotAppliedError, type QuotaOptions } from "../../src/index.ts"
import { rejection } from "./rejection.ts"
import { daily, makeWorld } from "./world.ts"

const makeWithin = (options: Partial<QuotaOptions> = {}) => {
  const world = makeWorld()
  const store = { ...world.store, capabilities: { ...world.store.capabilities, withinTransaction: true } }
  const quota = createQuota({ store, clock: world.clock, ...options })
  const open = async (more: object = {}) => {
    const turn = await quota.open({ requestId: "r", limits: [daily], estimate: { tokens: 4_000 }, ...more })
    if (!turn.granted) throw new Error(turn.message)
    return turn
  }
  return { ...world, quota, open, timers: world.clock.pending }
}

describe("a quota inside a transaction", () => {
  it("sends no heartbeat, whatever its policy: whoever resumes the handle does", async () => {
    const { clock, open, store, timers } = makeWithin()
    await open()
    await open({ requestId: "s", whenUnknown: "charge-held" })
    await clock.advance(120_000)
    assert.deepEqual(store.kinds(), ["reserve", "reserve"])
    assert.strictEqual(timers(), 0)
  })

  it("sends nothing again", async () => {
    for (const fault of ["refuse", "lose"] as const) {
      const { clock, open, quota, store } = makeWithin()
      store.next(fault)
      const failed = rejection(open())
      await clock.advance(60_000)
      assert.propertyVal(await failed, "_tag", fault === "refuse" ? "NotApplied" : "OutcomeUnknown")
      store.next(fault)
      const credit = rejection(quota.addCredit({ account: "a", unit: "u", amount: 1, paymentId: "p" }))
      await clock.advance(60_000)
      assert.property(await credit, "reason")
      assert.deepEqual(store.kinds(), ["reserve", "adjust"])
    }
  })

  it("rejects an ending that fails, for all who wait for it, and keeps nothing to send later", async () => {
    const { clock, open, quota, seen, store, timers } = makeWithin()
    const turn = await open()
    store.next("refuse")
    const [finalized, released] = await Promise.all([
      rejection(turn.finalize({ tokens: 5 })),
      rejection(turn.release())
    ])
    assert.instanceOf(finalized, NotAppliedError)
    assert.strictEqual(released, finalized)
    await clock.advance(600_000)
    await quota.close()
    assert.deepEqual(store.kinds(), ["reserve", "finalize"])
    assert.strictEqual(timers(), 0)
    assert.deepEqual(seen.unsettled, [])
  })

  it("rejects a charge, and an ending by the id, that fail", async () => {
    const { clock, quota, store } = makeWithin()
    for (const send of [
      () => quota.charge({ requestId: "c", limits: [daily], used: { tokens: 5 } }),
      () => quota.finalize({ requestId: "c", limits: [daily], used: { tokens: 5 } })
    ]) {
      store.next("refuse")
      assert.instanceOf(await rejection(send()), NotAppliedError)
    }
    await clock.advance(600_000)
    assert.deepEqual(store.kinds(), ["charge", "finalize"])
  })

  it("rejects a guard whose ending fails", async () => {
    const { quota, store } = makeWithin()
    store.always("finalize", "refuse")
    const guarding = quota.guard({ limits: [daily], estimate: { tokens: 4_000 } }, (call) => call.used({ tokens: 5 }))
    assert.instanceOf(await rejection(guarding), NotAppliedError)
  })

  it("rejects also where limits are not enforced", async () => {
    const { open, store } = makeWithin({ enforce: false })
    store.next("refuse")
    assert.instanceOf(await rejection(open()), NotAppliedError)
  })

  it("leaves an open reservation to its handle, after an abort and after its close", async () => {
    const { clock, numbers, open, quota, store } = makeWithin()
    const controller = new AbortController()
    const turn = await open({ signal: controller.signal })
    controller.abort()
    assert.isTrue(turn.signal.aborted)
    await clock.advance(30_000)
    await quota.close()
    assert.deepEqual(store.kinds(), ["reserve"])
    assert.deepEqual(await numbers(), [0, 4_000])
  })

  it("ends one as ever where nothing fails", async () => {
    const { numbers, open } = makeWithin()
    const settlement = await (await open()).finalize({ tokens: 5 })
    assert.isTrue(settlement.delivered)
    assert.deepEqual(await numbers(), [5, 0])
  })
})
