import { assert, describe, it } from "vitest"

import type { Reserve } from "../../src/machine/command.ts"
import { settle } from "./manual-clock.ts"
import { rejection } from "./rejection.ts"
import { daily, makeWorld } from "./world.ts"

const request = { requestId: "r", limits: [daily], estimate: { tokens: 4_000 } }
const full = { requestId: "r", limits: [{ ...daily, limit: 3_999 }], estimate: { tokens: 4_000 } }

describe("a reserve", () => {
  it("whose answer was lost is sent again, and holds once", async () => {
    const world = makeWorld()
    world.store.next("loseAnswer")
    const opening = world.quota.open(request)
    await world.clock.advance(200)
    assert.isTrue((await opening).granted)
    assert.deepEqual(world.store.kinds(), ["reserve", "reserve"])
    assert.deepEqual(await world.numbers(), [0, 4_000])
  })

  it("that was sent once and denied is only denied", async () => {
    const world = makeWorld()
    assert.isFalse((await world.quota.open(full)).granted)
    assert.deepEqual(world.store.kinds(), ["reserve"])
  })

  it("that was sent twice and then denied is released before the caller hears it", async () => {
    const world = makeWorld()
    world.store.next("lose")
    const opening = world.quota.open(full)
    await world.clock.advance(200)
    assert.isFalse((await opening).granted)
    assert.deepEqual(world.store.kinds(), ["reserve", "reserve", "release"])
    // There is room now, and the first copy arrives.
    const [first] = world.store.sent as [Reserve]
    const [late] = await world.execute([{ ...first, legs: [{ ...first.legs[0]!, limit: 50_000 }] }])
    assert.strictEqual(late!._tag, "Conflict")
    assert.deepEqual(await world.numbers(), [0, 0])
  })

  it("that was denied twice is answered although its release cannot be delivered; that is journaled", async () => {
    const world = makeWorld()
    world.store.next("lose")
    world.store.always("release", "lose")
    const opening = world.quota.open(full)
    await world.clock.advance(10_200)
    assert.isFalse((await opening).granted, "by the deadline of a call")
    assert.deepEqual(world.seen.unsettled, [])
    await world.clock.advance(50_000)
    assert.deepInclude(world.seen.unsettled[0], { requestId: "r", journaled: true })
    assert.deepInclude((await rejection(world.quota.open(request))) as object, {
      _tag: "QuotaConflict",
      reason: "ended"
    })
  })

  it("that finds the store refusing three times fails with what is true, and its id may be used again", async () => {
    const world = makeWorld()
    world.store.next("refuse", "refuse", "refuse")
    const opening = rejection(world.quota.open(request))
    await world.clock.advance(1_000)
    assert.deepInclude((await opening) as object, { _tag: "NotApplied" })
    assert.deepEqual(world.store.kinds(), ["reserve", "reserve", "reserve"])
    assert.isTrue((await world.quota.open(request)).granted)
  })

  it("in memory sets no timer but the heartbeat's", async () => {
    const world = makeWorld()
    let timers = 0
    const clock = { ...world.clock, after: (ms: number, wake: () => void) => (timers++, world.clock.after(ms, wake)) }
    await makeWorld({ clock }).quota.guard(request, (call) => call.used({ tokens: 1 }))
    assert.strictEqual(timers, 1)
  })

  it("whose release has arrived and is forgotten may be made again", async () => {
    const world = makeWorld()
    world.store.next("lose", "lose", "lose")
    const opening = rejection(world.quota.open(request))
    await world.clock.advance(1_000)
    await opening
    assert.deepInclude((await rejection(world.quota.open(request))) as object, { _tag: "QuotaConflict" })
    await world.clock.advance(3_600_000)
    assert.isTrue((await world.quota.open(request)).granted)
  })

  it("that is swallowed ends by its deadline, unknown, and is released behind the caller's back", async () => {
    const world = makeWorld({ callTimeoutMs: 2_000 })
    world.store.next("swallowAnswer")
    const opening = rejection(world.quota.open(request))
    await world.clock.advance(1_999)
    assert.deepEqual(world.store.kinds(), ["reserve"])
    await world.clock.advance(1)
    assert.deepInclude((await opening) as object, { _tag: "OutcomeUnknown" })
    await settle()
    assert.deepEqual(world.store.kinds(), ["reserve", "release"])
    assert.deepEqual(await world.numbers(), [0, 0])
  })

  it("that breaks the store's code may have happened: it is sent again", async () => {
    const world = makeWorld()
    world.store.next("die", "die", "die")
    const opening = rejection(world.quota.open(request))
    await world.clock.advance(1_000)
    assert.deepInclude((await opening) as object, { _tag: "OutcomeUnknown" })
  })

  it("whose answer took more than half its ttl is renewed before it is granted", async () => {
    const world = makeWorld({ ttlMs: 4_000 })
    world.store.next({ answerAfterMs: 2_001 })
    const opening = world.quota.open(request)
    await world.clock.advance(2_001)
    assert.isTrue((await opening).granted)
    assert.deepEqual(world.store.kinds(), ["reserve", "extend"])
  })

  it("whose answer took half its ttl is not", async () => {
    const world = makeWorld({ ttlMs: 4_000 })
    world.store.next({ answerAfterMs: 2_000 })
    const opening = world.quota.open(request)
    await world.clock.advance(2_000)
    assert.isTrue((await opening).granted)
    assert.deepEqual(world.store.kinds(), ["reserve"])
  })

  it("whose answer took longer than it lives is not granted", async () => {
    const world = makeWorld({ ttlMs: 4_000 })
    world.store.next({ answerAfterMs: 6_000 })
    const opening = rejection(world.quota.open(request))
    await world.clock.advance(6_000)
    assert.deepInclude((await opening) as object, { _tag: "NotApplied" })
    assert.deepEqual(await world.numbers(), [0, 0])
  })

  it("of the same request again gets the same hold; of another with its id, a conflict", async () => {
    const world = makeWorld()
    assert.isTrue((await world.quota.open(request)).granted)
    assert.isTrue((await world.quota.open(request)).granted)
    assert.deepEqual(await world.numbers(), [0, 4_000])
    const other = await rejection(world.quota.open({ ...request, estimate: { tokens: 4_001 } }))
    assert.deepInclude(other as object, { _tag: "QuotaConflict", reason: "content", requestId: "r" })
  })
})
