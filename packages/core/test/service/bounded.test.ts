import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as TestClock from "effect/testing/TestClock"

import { bounded } from "../../src/service/bounded.ts"

const late = () => "late"

describe("what is bounded", () => {
  it.effect("gives what it gives, at once, and sets no timer for it", () =>
    Effect.gen(function* () {
      assert.strictEqual(yield* bounded(Effect.succeed(1), 100, late), 1)
      assert.strictEqual(yield* Effect.flip(bounded(Effect.fail("no"), 100, late)), "no")
      assert.isTrue(Exit.hasDies(yield* Effect.exit(bounded(Effect.die("broken"), 100, late))))
    })
  )

  it.effect("gives what it gives later, up to its deadline", () =>
    Effect.gen(function* () {
      const fiber = yield* Effect.forkChild(bounded(Effect.as(Effect.sleep(99), 1), 100, late))
      yield* TestClock.adjust(99)
      assert.strictEqual(yield* Fiber.join(fiber), 1)
    })
  )

  it.effect("is late at its deadline, whatever it does, also where its caller cannot be interrupted", () =>
    Effect.gen(function* () {
      let answered = false
      const deaf = Effect.uninterruptible(
        Effect.andThen(
          Effect.sleep(500),
          Effect.sync(() => (answered = true))
        )
      )
      const fiber = yield* Effect.forkChild(Effect.uninterruptible(Effect.flip(bounded(deaf, 100, late))))
      yield* TestClock.adjust(99)
      assert.isUndefined(fiber.pollUnsafe())
      yield* TestClock.adjust(1)
      assert.strictEqual(yield* Fiber.join(fiber), "late")
      // It was left behind, and its answer is nobody's.
      assert.isFalse(answered)
      yield* TestClock.adjust(400)
      assert.isTrue(answered)
    })
  )

  it.effect("is told to stop at its deadline", () =>
    Effect.gen(function* () {
      let stopped = false
      const waiting = Effect.onInterrupt(Effect.never, () => Effect.sync(() => (stopped = true)))
      const fiber = yield* Effect.forkChild(Effect.flip(bounded(waiting, 100, late)))
      yield* TestClock.adjust(100)
      assert.strictEqual(yield* Fiber.join(fiber), "late")
      assert.isTrue(stopped)
    })
  )

  it.effect("is told to stop when its caller is, which does not wait for it", () =>
    Effect.gen(function* () {
      let told = false
      const slow = Effect.onInterrupt(Effect.never, () =>
        Effect.andThen(
          Effect.sync(() => (told = true)),
          Effect.sleep(1_000)
        )
      )
      const fiber = yield* Effect.forkChild(bounded(slow, 100, late), { startImmediately: true })
      yield* Fiber.interrupt(fiber)
      assert.isTrue(told)
      assert.isTrue(Exit.hasInterrupts(fiber.pollUnsafe()!))
    })
  )

  it.effect("runs in the span of its caller", () =>
    Effect.gen(function* () {
      const span = yield* bounded(Effect.currentSpan, 100, () => assert.fail("late"))
      assert.strictEqual(span.name, "outer")
    }).pipe(Effect.withSpan("outer"))
  )
})
