import { assert, describe, it } from "vitest"

import type { Limit } from "../../src/index.ts"
import { rejection } from "./rejection.ts"
import { daily, makeWorld } from "./world.ts"

const credit = { account: "user:ada", unit: "microusd" }

describe("operators", () => {
  it("set a limit, which wins over the one in code, and take it back", async () => {
    const world = makeWorld()
    const { account } = await world.quota.setLimit({ account: "user:ada", unit: "tokens", window: "day", limit: 100 })
    assert.deepInclude(account, { limit: 100, limitFrom: "stored" })
    assert.isFalse((await world.quota.open({ limits: [daily], estimate: { tokens: 101 } })).granted)
    await world.quota.setLimit({ account: "user:ada", window: "day", limit: null })
    assert.isTrue((await world.quota.open({ limits: [daily], estimate: { tokens: 60_000 } })).granted)
    await world.quota.setLimit({ account: "user:ada", window: "day", limit: "code" })
    assert.deepInclude((await world.quota.usage([daily]))[0], { limit: 50_000, limitFrom: "code" })
  })

  it("add credit once per payment", async () => {
    const world = makeWorld()
    await world.quota.setLimit({ ...credit, limit: 0 })
    const first = await world.quota.addCredit({ ...credit, amount: 5_000_000, paymentId: "pi_1" })
    const again = await world.quota.addCredit({ ...credit, amount: 5_000_000, paymentId: "pi_1" })
    assert.deepEqual([first.replayed, again.replayed], [false, true])
    assert.strictEqual(again.account.limit, 5_000_000)
    const other = await rejection(world.quota.addCredit({ ...credit, amount: 6_000_000, paymentId: "pi_1" }))
    assert.deepInclude(other as object, { _tag: "QuotaConflict", reason: "content", requestId: "pi_1" })
    await world.quota.addCredit({ ...credit, amount: -1_000_000, paymentId: "refund_1" })
    assert.strictEqual((await world.quota.usage([credit]))[0]!.limit, 4_000_000)
  })

  it("add credit once although the answer was lost", async () => {
    const world = makeWorld()
    await world.quota.setLimit({ ...credit, limit: 0 })
    world.store.next("loseAnswer")
    const adding = world.quota.addCredit({ ...credit, amount: 7, paymentId: "pi_2" })
    await world.clock.advance(200)
    assert.isTrue((await adding).replayed)
    assert.strictEqual((await world.quota.usage([credit]))[0]!.limit, 7)
  })

  it("must have a stored limit for credit, and a payment id", async () => {
    const world = makeWorld()
    const refused = await rejection(world.quota.addCredit({ ...credit, amount: 7, paymentId: "pi_3" }))
    assert.deepInclude(refused as object, {
      _tag: "QuotaDenied",
      message: "user:ada: no number is stored as its limit, so that nothing can be added to it"
    })
    await world.quota.setLimit({ ...credit, limit: 5 })
    const below = await rejection(world.quota.addCredit({ ...credit, amount: -6, paymentId: "pi_4" }))
    assert.deepInclude(below as object, {
      message: "user:ada: its limit of 5 cannot take -6, for it would fall below 0"
    })
    const missing = await rejection(world.quota.addCredit({ ...credit, amount: 7 } as never))
    assert.deepInclude(missing as object, { _tag: "InvalidInput", field: "paymentId" })
  })

  it("reset what was used; holds stay", async () => {
    const world = makeWorld()
    await world.quota.guard({ limits: [daily], estimate: { tokens: 9 } }, (call) => call.used({ tokens: 9 }))
    await world.quota.open({ limits: [daily], estimate: { tokens: 4 } })
    const { account } = await world.quota.resetUsed({ ...daily, id: "captcha-token" })
    assert.deepInclude(account, { used: 0, reserved: 4 })
    const again = await world.quota.resetUsed({ ...daily, id: "captcha-token" })
    assert.isTrue(again.replayed)
  })

  it("close an account, whose calls can still end, and open it again", async () => {
    const world = makeWorld()
    const turn = await world.quota.open({ limits: [daily], estimate: { tokens: 4 } })
    await world.quota.closeAccount({ account: "user:ada", window: "day" })
    assert.isFalse((await world.quota.open({ limits: [daily], estimate: { tokens: 4 } })).granted)
    if (turn.granted) await turn.finalize({ tokens: 4 })
    const { account } = await world.quota.reopenAccount(daily)
    assert.deepInclude(account, { open: true, used: 4, reserved: 0 })
  })

  it("look at holds, a page at a time", async () => {
    const world = makeWorld()
    for (const requestId of ["a", "b", "c"])
      await world.quota.open({ requestId, limits: [daily], estimate: { tokens: 4 } })
    const first = await world.quota.holds(daily, { limit: 2 })
    assert.deepEqual([first.items.map((hold) => hold.id), first.next], [["a", "b"], "b"])
    const second = await world.quota.holds(daily, { limit: 2, after: first.next! })
    assert.deepEqual([second.items.map((hold) => hold.id), second.next], [["c"], null])
  })

  it("read many accounts, also those without a limit", async () => {
    const world = makeWorld()
    const [known, unknown] = await world.quota.usage([daily, { account: "nobody" }])
    assert.deepInclude(known, { known: true, spendable: 50_000, status: "ok" })
    assert.deepInclude(unknown, { known: false, limitFrom: "none", status: "blocked" })
  })

  it("hand over the limits that they have", async () => {
    const world = makeWorld()
    const limit: Limit = { ...daily, settle: "actual", warnAt: { amount: 1 } }
    assert.lengthOf(await world.quota.usage([limit]), 1)
    assert.strictEqual((await world.quota.resetUsed(limit)).account.limit, 50_000)
    assert.lengthOf((await world.quota.holds(limit)).items, 0)
  })

  it("are told what is wrong", async () => {
    const world = makeWorld()
    const cases: ReadonlyArray<readonly [Promise<unknown>, string]> = [
      [world.quota.usage([]), "accounts"],
      [world.quota.usage([{ account: "" }]), "accounts[0].account"],
      [world.quota.usage([{ account: "a", window: "year" as never }]), "accounts[0].window"],
      [world.quota.holds(daily, { limit: 0 }), "page.limit"],
      [world.quota.holds({ account: 5 as never }), "account.account"],
      [world.quota.setLimit({ account: "a", limit: -1 }), "limit"],
      [world.quota.setLimit({ account: "a", limt: 5 } as never), "limt"],
      [world.quota.resetUsed({ account: "a", id: "" }), "id"],
      [world.quota.addCredit({ account: "a", amount: 0.5, paymentId: "p" }), "amount"]
    ]
    for (const [call, field] of cases)
      assert.deepInclude((await rejection(call)) as object, { _tag: "InvalidInput", field })
    assert.deepEqual(world.store.sent, [])
  })
})
