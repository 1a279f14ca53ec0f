/**
 * What ends by its deadline, whatever it does.
 */
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"

import { deadlinesOf } from "./deadlines.ts"
import { clockOf } from "./environment.ts"

/**
 * Ends by `withinMs`, also if the effect does not react to its interruption: it is then left behind, not waited for. It runs in a fiber of its own, so that it
 * can be, also where its caller cannot be interrupted.
 */
export const bounded = <A, E>(effect: Effect.Effect<A, E>, withinMs: number, late: () => E): Effect.Effect<A, E> =>
  Effect.callback<A, E>((resume) => {
    const caller = Fiber.getCurrent()!
    const fiber = Effect.runForkWith(caller.context)(effect)
    const exit = fiber.pollUnsafe()
    // A store in memory has answered by now: no deadline for it.
    if (exit !== undefined) return resume(exit)
    const deadlines = deadlinesOf(clockOf(caller), withinMs)
    let isLate = false
    const deadline = deadlines.add(caller.context, () => {
      isLate = true
      fiber.interruptUnsafe()
      resume(Effect.fail(late()))
    })
    fiber.addObserver((exit) => {
      deadlines.remove(deadline)
      if (!isLate) resume(exit)
    })
    return Effect.sync(() => {
      deadlines.remove(deadline)
      fiber.interruptUnsafe()
    })
  })
