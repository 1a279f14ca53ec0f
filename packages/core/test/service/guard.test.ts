import { assert, describe, it } from "vitest"

import { QuotaDenied } from "../../src/index.ts"
import { rejection } from "./rejection.ts"
import { daily, makeWorld } from "./world.ts"

const request = { limits: [daily], estimate: { tokens: 4_000 } }

describe("guard", () => {
  it("gives the value and debits what was measured", async () => {
    const world = makeWorld()
    const value = await world.quota.guard(request, async (call) => {
      assert.deepEqual(await world.numbers(), [0, 4_000])
      call.used({ tokens: 500 })
      call.used({ tokens: 12 })
      assert.deepEqual(call.measured(), { tokens: 512 })
      return { text: "answer" }
    })
    assert.deepEqual(value, { text: "answer" })
    assert.deepEqual(await world.numbers(), [512, 0])
  })

  it("denied runs nothing and rejects with the denial", async () => {
    const world = makeWorld()
    let ran = false
    const error = await rejection(world.quota.guard({ ...request, estimate: { tokens: 50_001 } }, () => (ran = true)))
    assert.instanceOf(error, QuotaDenied)
    assert.strictEqual(error._tag, "QuotaDenied")
    assert.strictEqual(error.denial.reason, "limit")
    assert.strictEqual(error.message, error.denial.message)
    assert.isFalse(ran)
  })

  for (const thrown of [new Error("the model failed"), "a text", undefined, { _tag: "QuotaDenied" }]) {
    it(`that fails debits what was measured and rejects with what was thrown: ${JSON.stringify(thrown)}`, async () => {
      const world = makeWorld()
      const error = await rejection(
        world.quota.guard(request, async (call) => {
          call.used({ tokens: 9 })
          // oxlint-disable-next-line typescript/only-throw-error -- whatever it is
          throw thrown
        })
      )
      assert.strictEqual(error, thrown)
      assert.deepEqual(await world.numbers(), [9, 0])
    })
  }

  it("that throws at once is no different", async () => {
    const world = makeWorld()
    const thrown = new Error("at once")
    assert.strictEqual(
      await rejection(
        world.quota.guard(request, () => {
          throw thrown
        })
      ),
      thrown
    )
    assert.deepEqual(await world.numbers(), [0, 0])
  })

  it("takes an ending by the call itself, which came first", async () => {
    const world = makeWorld()
    await world.quota.guard(request, async (call) => {
      call.used({ tokens: 1 })
      await call.finalize({ tokens: 33 })
    })
    assert.deepEqual(await world.numbers(), [33, 0])
  })

  it("reports a call that succeeded and never said what it used", async () => {
    const world = makeWorld()
    await world.quota.guard({ ...request, requestId: "r" }, () => "answer")
    assert.deepEqual(world.seen.unmeasured, [{ requestId: "r", units: ["tokens"], policy: "charge-measured" }])
  })

  it("reports overage; with cap it debits what there is", async () => {
    const world = makeWorld()
    await world.quota.guard({ ...request, requestId: "a" }, (call) => call.used({ tokens: 4_100 }))
    assert.deepInclude(world.seen.overage[0], {
      requestId: "a",
      unit: "tokens",
      held: 4_000,
      debited: 4_100,
      overage: 100
    })
    await world.quota.guard({ ...request, requestId: "b", overage: "cap" }, (call) => call.used({ tokens: 60_000 }))
    assert.deepInclude(world.seen.overage[1], { requestId: "b", debited: 45_900, unbilled: 14_100 })
    assert.deepEqual(await world.numbers(), [50_000, 0])
  })

  it("gives the value although its ending could not be delivered", async () => {
    const world = makeWorld()
    world.store.always("finalize", "lose")
    const guarding = world.quota.guard(request, (call) => {
      call.used({ tokens: 5 })
      return "answer"
    })
    await world.clock.advance(60_000)
    assert.strictEqual(await guarding, "answer")
    assert.lengthOf(world.seen.unsettled, 1)
  })
})
