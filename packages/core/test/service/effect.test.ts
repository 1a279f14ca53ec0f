import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Metric from "effect/Metric"
import * as TestClock from "effect/testing/TestClock"
import * as Tracer from "effect/Tracer"

import {
  layer,
  memoryJournal,
  Quota,
  QuotaDenied,
  QuotaJournal,
  QuotaObserver,
  QuotaStore,
  RequestIds
} from "../../src/effect.ts"
import { memoryStore } from "../../../adapter-memory/src/index.ts"
import { counters } from "../../src/service/report.ts"
import { type FaultyStore, faultyStore } from "./faulty-store.ts"
import { daily } from "./world.ts"

const request = { limits: [daily], estimate: { tokens: 4_000 } }

const world = (): { readonly store: FaultyStore; readonly live: Layer.Layer<Quota | QuotaStore> } => {
  const store = faultyStore(memoryStore)
  const ids = { next: () => "id" }
  const live = layer().pipe(
    Layer.provideMerge(Layer.succeed(QuotaStore, store)),
    Layer.provide(Layer.succeed(RequestIds, ids)),
    Layer.orDie
  )
  return { store, live }
}

const used = Effect.gen(function* () {
  const quota = yield* Quota
  const [usage] = yield* quota.usage([daily])
  return [usage!.used, usage!.reserved]
})

describe("the service", () => {
  it.effect("guards an effect", () =>
    Effect.gen(function* () {
      const quota = yield* Quota
      const value = yield* quota.guard(request, (call) => Effect.as(call.used({ tokens: 7 }), "answer"))
      assert.strictEqual(value, "answer")
      assert.deepStrictEqual(yield* used, [7, 0])
    }).pipe(Effect.provide(world().live))
  )

  it.effect("fails with a typed denial", () =>
    Effect.gen(function* () {
      const quota = yield* Quota
      const denied = yield* Effect.flip(quota.guard({ ...request, estimate: { tokens: 50_001 } }, () => Effect.void))
      assert.instanceOf(denied, QuotaDenied)
    }).pipe(Effect.provide(world().live))
  )

  it.effect("ends at what was measured when its effect fails", () =>
    Effect.gen(function* () {
      const quota = yield* Quota
      const failure = yield* Effect.flip(
        quota.guard(request, (call) => Effect.andThen(call.used({ tokens: 9 }), Effect.fail("model" as const)))
      )
      assert.strictEqual(failure, "model")
      assert.deepStrictEqual(yield* used, [9, 0])
    }).pipe(Effect.provide(world().live))
  )

  it.effect("ends at what was measured when it is interrupted; the interruption waits for it", () => {
    const { live, store } = world()
    return Effect.gen(function* () {
      const quota = yield* Quota
      const running = yield* Effect.forkChild(
        quota.guard(request, (call) => Effect.andThen(call.used({ tokens: 9 }), Effect.never)),
        { startImmediately: true }
      )
      store.next({ answerAfterMs: 500 })
      const interrupting = yield* Effect.forkChild(Fiber.interrupt(running), { startImmediately: true })
      yield* TestClock.adjust("499 millis")
      assert.isUndefined(interrupting.pollUnsafe())
      yield* TestClock.adjust("1 millis")
      yield* Fiber.join(interrupting)
      assert.deepStrictEqual(yield* used, [9, 0])
    }).pipe(Effect.provide(live))
  })

  it.effect("interrupted while reserving releases behind the caller's back", () => {
    const { live, store } = world()
    return Effect.gen(function* () {
      const quota = yield* Quota
      store.next({ answerAfterMs: 500 })
      const opening = yield* Effect.forkChild(quota.open(request), { startImmediately: true })
      yield* Fiber.interrupt(opening)
      yield* TestClock.adjust("1 millis")
      assert.deepStrictEqual(store.kinds(), ["reserve", "release"])
      assert.deepStrictEqual(yield* used, [0, 0])
    }).pipe(Effect.provide(live))
  })

  for (const [moment, whenUnknown, sent] of [
    ["reserve", "charge-measured", ["reserve", "release"]],
    ["extend", "charge-held", ["reserve", "extend", "finalize"]]
  ] as const) {
    it.effect(`interrupted in the moment of the ${moment} ends what nobody will get`, () => {
      const memory = memoryStore()
      const kinds: Array<string> = []
      let opening: Fiber.Fiber<unknown, unknown> | undefined
      const store: QuotaStore = {
        ...memory,
        execute: (commands) =>
          Effect.tap(memory.execute(commands), () =>
            Effect.sync(() => {
              kinds.push(commands[0]!.kind)
              if (commands[0]!.kind === moment) opening?.interruptUnsafe()
            })
          )
      }
      return Effect.gen(function* () {
        const quota = yield* Quota
        opening = yield* Effect.forkChild(quota.open({ ...request, whenUnknown }))
        yield* Fiber.await(opening)
        yield* TestClock.adjust("1 millis")
        assert.deepStrictEqual(kinds, [...sent])
        assert.strictEqual((yield* used)[1], 0)
      }).pipe(Effect.provide(layer().pipe(Layer.provideMerge(Layer.succeed(QuotaStore, store)))))
    })
  }

  it.effect("interrupted while a slow admission is renewed gives it back", () => {
    const { live, store } = world()
    return Effect.gen(function* () {
      const quota = yield* Quota
      store.next({ answerAfterMs: 3_000 }, { answerAfterMs: 3_000 })
      const opening = yield* Effect.forkChild(quota.open({ ...request, ttlMs: 5_000 }), { startImmediately: true })
      yield* TestClock.adjust("3 seconds")
      yield* Fiber.interrupt(opening)
      yield* TestClock.adjust("1 millis")
      assert.deepStrictEqual(store.kinds(), ["reserve", "extend", "release"])
      assert.deepStrictEqual(yield* used, [0, 0])
    }).pipe(Effect.provide(live))
  })

  it.effect("ends a scoped reservation with its scope", () =>
    Effect.gen(function* () {
      const quota = yield* Quota
      yield* Effect.scoped(
        Effect.gen(function* () {
          const turn = yield* quota.openScoped(request)
          if (turn.granted) yield* turn.used({ tokens: 3 })
          assert.deepStrictEqual(yield* used, [0, 4_000])
        })
      )
      assert.deepStrictEqual(yield* used, [3, 0])
    }).pipe(Effect.provide(world().live))
  )

  it.effect("renews by the test's clock", () =>
    Effect.gen(function* () {
      const quota = yield* Quota
      yield* quota.open(request)
      yield* TestClock.adjust("10 minutes")
      assert.deepStrictEqual(yield* used, [0, 4_000])
    }).pipe(Effect.provide(world().live))
  )

  it.effect("ends with its scope: what is open is ended", () => {
    const { live, store } = world()
    return Effect.gen(function* () {
      const running = yield* Effect.forkChild(
        Effect.flatMap(Quota, (quota) => quota.open(request)).pipe(Effect.provide(live)),
        { startImmediately: true }
      )
      yield* Fiber.join(running)
      assert.deepStrictEqual(store.kinds(), ["reserve", "release"])
    })
  })

  it.effect("takes journal and observer from the context", () => {
    const { live, store } = world()
    const journal = memoryJournal()
    const unsettled: Array<unknown> = []
    return Effect.gen(function* () {
      const quota = yield* Quota
      store.always("finalize", "refuse")
      const guarding = yield* Effect.forkChild(
        quota.guard(request, (call) => call.used({ tokens: 7 })),
        { startImmediately: true }
      )
      yield* TestClock.adjust("40 seconds")
      yield* Fiber.join(guarding)
      assert.lengthOf(unsettled, 1)
      assert.lengthOf(yield* Effect.promise(async () => journal.pending(5)), 1)
      store.always("finalize", "pass")
      assert.deepStrictEqual(yield* quota.replayJournal, { delivered: 1, kept: 0 })
    }).pipe(
      Effect.provide(
        live.pipe(
          Layer.provide(Layer.succeed(QuotaJournal, journal)),
          Layer.provide(Layer.succeed(QuotaObserver, { unsettled: (event) => unsettled.push(event) }))
        )
      )
    )
  })

  it.effect("has spans at open, guard and settle, and counts", () => {
    const spans: Array<string> = []
    const tracer = Tracer.make({
      span: (options) => {
        spans.push(
          `${options.name} < ${options.parent._tag === "Some" && options.parent.value._tag === "Span" ? options.parent.value.name : "-"}`
        )
        return new Tracer.NativeSpan(options)
      }
    })
    return Effect.gen(function* () {
      const quota = yield* Quota
      const before = yield* Metric.value(counters.granted)
      yield* quota.guard(request, (call) => call.used({ tokens: 7 }))
      const turn = yield* quota.open({ ...request, requestId: "other" })
      if (turn.granted) yield* turn.release
      assert.deepStrictEqual(spans, [
        "tallystick.guard < -",
        "tallystick.settle < tallystick.guard",
        "tallystick.open < -",
        "tallystick.settle < -"
      ])
      assert.strictEqual((yield* Metric.value(counters.granted)).count - before.count, 2)
    }).pipe(Effect.provide(world().live), Effect.withTracer(tracer))
  })
})
