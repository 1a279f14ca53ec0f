import * as Effect from "effect/Effect"
import { assert, describe, it } from "vitest"

import { createQuota, defineStore } from "../../src/index.ts"
import { memoryStore } from "../../../adapter-memory/src/index.ts"
import { settle } from "./manual-clock.ts"
import { rejection } from "./rejection.ts"
import { daily, makeWorld } from "./world.ts"

const request = { requestId: "r", limits: [daily], estimate: { tokens: 4_000 } }

describe("close", () => {
  it("waits for open reservations, and takes nothing new meanwhile", async () => {
    const world = makeWorld()
    const turn = await world.quota.open(request)
    if (!turn.granted) throw new Error(turn.message)
    let closed = false
    const closing = world.quota.close().then(() => (closed = true))
    await settle()
    assert.isFalse(closed)
    assert.deepInclude((await rejection(world.quota.open({ ...request, requestId: "s" }))) as object, {
      _tag: "QuotaClosed"
    })
    assert.strictEqual((await turn.finalize({ tokens: 5 })).settled[0]!.debited, 5)
    await closing
    assert.strictEqual(world.clock.pending(), 0)
  })

  it("ends what is left, having told it", async () => {
    const world = makeWorld()
    const turn = await world.quota.open(request)
    if (!turn.granted) throw new Error(turn.message)
    turn.used({ tokens: 5 })
    const closing = world.quota.close({ graceMs: 2_000 })
    await world.clock.advance(1_999)
    assert.isFalse(turn.signal.aborted)
    await world.clock.advance(1)
    await closing
    assert.deepInclude(turn.signal.reason as object, { _tag: "QuotaClosed" })
    const settlement = await turn.finalize({ tokens: 900 })
    assert.deepInclude(settlement, { ended: "interrupted" })
    assert.strictEqual(settlement.settled[0]!.debited, 5)
  })

  it("ends a guard that runs", async () => {
    const world = makeWorld()
    const guarding = rejection(
      world.quota.guard(request, async (call) => {
        call.used({ tokens: 3 })
        await new Promise((_, reject) =>
          call.signal.addEventListener("abort", () => reject(call.signal.reason as Error))
        )
      })
    )
    await settle()
    const closing = world.quota.close({ graceMs: 0 })
    await world.clock.advance(1)
    await closing
    assert.deepInclude((await guarding) as object, { _tag: "QuotaClosed" })
  })

  it("twice is once; every method says so afterwards", async () => {
    const world = makeWorld()
    await Promise.all([world.quota.close(), world.quota.close()])
    for (const call of [
      world.quota.open(request),
      world.quota.guard(request, () => 1),
      world.quota.usage([daily]),
      world.quota.setLimit({ account: "a", limit: 5 }),
      world.quota.holds(daily)
    ])
      assert.deepInclude((await rejection(call)) as object, { _tag: "QuotaClosed" })
  })

  it("replays the journal a last time", async () => {
    const world = makeWorld()
    const turn = await world.quota.open(request)
    if (!turn.granted) throw new Error(turn.message)
    world.store.always("finalize", "refuse")
    const ending = turn.finalize({ tokens: 5 })
    // Until it is in the journal, and not yet sent from there.
    while (world.seen.unsettled.length === 0) await world.clock.advance(100)
    await ending
    world.store.always("finalize", "pass")
    const before = world.store.sent.length
    await world.quota.close()
    assert.deepEqual(
      world.store.sent.slice(before).map((command) => command.kind),
      ["finalize"]
    )
    assert.deepEqual(await world.quota.replayJournal(), { delivered: 0, kept: 0 })
  })

  it("waits for what is given back behind a caller's back", async () => {
    const world = makeWorld()
    const abort = new AbortController()
    world.store.next("swallowAnswer", { answerAfterMs: 700 })
    const opening = rejection(world.quota.open({ ...request, signal: abort.signal }))
    await settle()
    abort.abort(new Error("gone"))
    await opening
    let closed = false
    const closing = world.quota.close().then(() => (closed = true))
    await world.clock.advance(699)
    assert.isFalse(closed)
    await world.clock.advance(1)
    await closing
    assert.deepEqual(world.store.kinds(), ["reserve", "release"])
  })

  it("closes the store, unless told not to", async () => {
    for (const closesStore of [true, false]) {
      let closes = 0
      const store = { ...memoryStore(), close: Effect.sync(() => void closes++) }
      const quota = createQuota({ store, closesStore })
      await quota.close()
      await quota.close()
      assert.strictEqual(closes, closesStore ? 1 : 0)
    }
  })

  it("is what await using does", async () => {
    let closed = false
    {
      await using quota = createQuota({
        store: { ...memoryStore(), close: Effect.sync(() => void (closed = true)) } as never
      })
      await quota.usage([daily])
    }
    assert.isTrue(closed)
  })
})

describe("defineStore", () => {
  const inner = memoryStore()
  const functions = {
    capabilities: inner.capabilities,
    execute: async (commands: Parameters<typeof inner.execute>[0]) => Effect.runPromise(inner.execute(commands)),
    usage: async (accounts: Parameters<typeof inner.usage>[0]) => Effect.runPromise(inner.usage(accounts))
  }

  it("makes a store of promise functions", async () => {
    const quota = createQuota({ store: defineStore(functions) })
    assert.strictEqual(
      await quota.guard({ ...request, requestId: "d" }, (call) => (call.used({ tokens: 7 }), "answer")),
      "answer"
    )
    assert.strictEqual((await quota.usage([daily]))[0]!.used, 7)
    assert.deepInclude((await rejection(quota.holds(daily))) as object, { _tag: "Misconfigured" })
    await quota.close()
  })

  it("whose functions fail in ways of their own: it may have happened", async () => {
    const broken = defineStore({
      ...functions,
      execute: () => {
        throw new Error("socket hang up")
      },
      usage: async () => Promise.reject(new Error("socket hang up"))
    })
    const quota = createQuota({ store: broken, callTimeoutMs: 1_000, settleWithinMs: 0 })
    assert.deepInclude((await rejection(quota.open(request))) as object, {
      _tag: "OutcomeUnknown",
      reason: "socket hang up"
    })
    assert.deepInclude((await rejection(quota.usage([daily]))) as object, {
      _tag: "NotApplied",
      reason: "socket hang up"
    })
    await quota.close()
  })

  it("hands over a signal that ends with the call", async () => {
    let signal: AbortSignal | undefined
    const store = defineStore({
      ...functions,
      execute: async (_, options) => {
        signal ??= options.signal
        return new Promise(() => undefined)
      }
    })
    const world = makeWorld({ store, settleWithinMs: 0 })
    const opening = rejection(world.quota.open(request))
    await world.clock.advance(10_000)
    assert.deepInclude((await opening) as object, { _tag: "OutcomeUnknown" })
    assert.isTrue(signal?.aborted)
  })
})
