import * as Effect from "effect/Effect"
import { assert, describe, it } from "vitest"

import { memoryStore } from "../../../adapter-memory/src/index.ts"
import { settle } from "./manual-clock.ts"
import { rejection } from "./rejection.ts"
import { daily, deferred, makeWorld } from "./world.ts"

const request = { requestId: "r", limits: [daily], estimate: { tokens: 4_000 } }
const gone = new Error("the client is gone")

describe("an AbortSignal", () => {
  it("that is aborted already reserves nothing", async () => {
    const world = makeWorld()
    const signal = AbortSignal.abort(gone)
    let ran = false
    assert.strictEqual(await rejection(world.quota.open({ ...request, signal })), gone)
    assert.strictEqual(await rejection(world.quota.guard({ ...request, signal }, () => (ran = true))), gone)
    await settle()
    assert.deepEqual(world.store.sent, [])
    assert.isFalse(ran)
  })

  it("that aborts at once reserves nothing", async () => {
    const world = makeWorld()
    const abort = new AbortController()
    const opening = rejection(world.quota.open({ ...request, signal: abort.signal }))
    abort.abort(gone)
    assert.strictEqual(await opening, gone)
    await settle()
    assert.deepEqual(await world.numbers(), [0, 0])
  })

  it("that aborts while reserving gives back what may have been reserved, and the caller does not wait for it", async () => {
    const world = makeWorld()
    const abort = new AbortController()
    world.store.next({ answerAfterMs: 9_000 })
    const opening = rejection(world.quota.open({ ...request, signal: abort.signal }))
    await settle()
    world.store.next({ answerAfterMs: 1_000 })
    abort.abort(gone)
    assert.strictEqual(await opening, gone)
    await world.clock.advance(1_000)
    assert.deepEqual(world.store.kinds(), ["reserve", "release"])
    assert.deepEqual(await world.numbers(), [0, 0])
  })

  it("that aborts in the moment of the admission gives it back", async () => {
    const abort = new AbortController()
    const memory = memoryStore()
    const kinds: Array<string> = []
    const store = {
      ...memory,
      execute: (commands: Parameters<typeof memory.execute>[0]) =>
        Effect.tap(memory.execute(commands), () =>
          Effect.sync(() => (kinds.push(commands[0]!.kind), abort.abort(gone)))
        )
    }
    const world = makeWorld({ store })
    assert.strictEqual(await rejection(world.quota.open({ ...request, signal: abort.signal })), gone)
    await settle()
    assert.deepEqual(kinds, ["reserve", "release"])
    assert.deepEqual(await world.numbers(), [0, 0])
    const other = new AbortController()
    let ran = false
    Object.assign(store, {
      execute: (commands: Parameters<typeof memory.execute>[0]) =>
        Effect.tap(memory.execute(commands), () => Effect.sync(() => other.abort(gone)))
    })
    const again = makeWorld({ store })
    const guarding = again.quota.guard({ ...request, requestId: "s", signal: other.signal }, () => (ran = true))
    assert.strictEqual(await rejection(guarding), gone)
    assert.isFalse(ran)
    assert.deepEqual(await again.numbers(), [0, 0])
  })

  it("that aborts in the moment in which a slow answer arrives gives it back", async () => {
    const abort = new AbortController()
    const world = makeWorld()
    const { execute } = world.store
    Object.assign(world.store, {
      execute: (commands: Parameters<typeof execute>[0]) =>
        execute(commands).pipe(
          Effect.tap(Effect.sleep(100)),
          Effect.tap(() => Effect.sync(() => abort.abort(gone)))
        )
    })
    const opening = rejection(world.quota.open({ ...request, signal: abort.signal }))
    await world.clock.advance(300)
    assert.strictEqual(await opening, gone)
    assert.deepEqual(world.store.kinds(), ["reserve", "release"])
    assert.deepEqual(await world.numbers(), [0, 0])
  })

  it("that aborts while the grant is on its way to the caller gives it back", async () => {
    const abort = new AbortController()
    const world = makeWorld({ observer: {}, whenUnknown: "charge-held" })
    // The heartbeat's first beat is the last thing before the grant is handed over.
    const { store } = world
    const { execute } = store
    Object.assign(store, {
      execute: (commands: Parameters<typeof execute>[0]) => {
        if (commands[0]!.kind === "extend") abort.abort(gone)
        return execute(commands)
      }
    })
    assert.strictEqual(await rejection(world.quota.open({ ...request, signal: abort.signal })), gone)
    await settle()
    assert.deepEqual((await world.numbers())[1], 0)
  })

  it("stops a copy that arrives after the release", async () => {
    const world = makeWorld()
    const abort = new AbortController()
    world.store.next("swallow")
    const opening = rejection(world.quota.open({ ...request, signal: abort.signal }))
    await settle()
    abort.abort(gone)
    await opening
    await settle()
    const late = world.store.sent[0]!
    const again = await rejection(world.quota.open(request))
    assert.deepInclude(again as object, { _tag: "QuotaConflict", reason: "ended" })
    assert.strictEqual(late.kind, "reserve")
    assert.deepEqual(await world.numbers(), [0, 0])
  })

  it("after the grant is passed on; the holder has time to say what it used", async () => {
    const world = makeWorld()
    const abort = new AbortController()
    const turn = await world.quota.open({ ...request, signal: abort.signal })
    if (!turn.granted) throw new Error(turn.message)
    abort.abort(gone)
    assert.isTrue(turn.signal.aborted)
    assert.strictEqual(turn.signal.reason, gone)
    await world.clock.advance(4_999)
    assert.deepEqual(await world.numbers(), [0, 4_000])
    assert.strictEqual((await turn.finalize({ tokens: 77 })).ended, "finalized")
    assert.deepEqual(await world.numbers(), [77, 0])
  })

  it("after the grant ends a turn that its holder forgot", async () => {
    const world = makeWorld()
    const abort = new AbortController()
    const turn = await world.quota.open({ ...request, signal: abort.signal })
    if (!turn.granted) throw new Error(turn.message)
    turn.used({ tokens: 12 })
    abort.abort(gone)
    await world.clock.advance(5_000)
    assert.deepEqual(await world.numbers(), [12, 0])
    assert.strictEqual((await turn.finalize({ tokens: 500 })).ended, "interrupted")
  })

  it("in guard reaches the call, waits for it to stop, and counts what it still reports", async () => {
    const world = makeWorld()
    const abort = new AbortController()
    const guarding = rejection(
      world.quota.guard({ ...request, signal: abort.signal }, async (call) => {
        await new Promise((resolve) => call.signal.addEventListener("abort", resolve))
        call.used({ tokens: 41 })
        throw new Error("the model call was aborted")
      })
    )
    await settle()
    abort.abort(gone)
    assert.strictEqual(await guarding, gone)
    assert.deepEqual(await world.numbers(), [41, 0])
  })

  it("in guard leaves a call behind that does not stop", async () => {
    const world = makeWorld()
    const abort = new AbortController()
    const call = deferred<number>()
    const guarding = rejection(world.quota.guard({ ...request, signal: abort.signal }, async () => call.promise))
    await settle()
    abort.abort(gone)
    await world.clock.advance(5_000)
    assert.strictEqual(await guarding, gone)
    assert.deepEqual(await world.numbers(), [0, 0])
    call.resolve(1)
  })

  it("leaves no listener behind", async () => {
    const world = makeWorld()
    const abort = new AbortController()
    let listeners = 0
    const { signal } = abort
    const add = signal.addEventListener.bind(signal)
    const remove = signal.removeEventListener.bind(signal)
    Object.assign(signal, {
      addEventListener: (...args: Parameters<typeof add>) => (listeners++, add(...args)),
      removeEventListener: (...args: Parameters<typeof remove>) => (listeners--, remove(...args))
    })
    await world.quota.guard({ ...request, signal }, (call) => call.used({ tokens: 1 }))
    assert.strictEqual(listeners, 0)
  })
})
