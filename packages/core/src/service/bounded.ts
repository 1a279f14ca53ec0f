/**
 * What ends by its deadline, whatever it does.
 */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"

/**
 * Ends by `withinMs`, also if the effect does not react to its interruption: it is then left behind, not waited for. It runs in a fiber of its own, so that it
 * can be, also where its caller cannot be interrupted.
 */
export const bounded = <A, E>(effect: Effect.Effect<A, E>, withinMs: number, late: () => E): Effect.Effect<A, E> =>
  Effect.callback<A, E>((resume) => {
    const fork = Effect.runForkWith(Fiber.getCurrent()!.context)
    const fiber = fork(effect)
    const exit = fiber.pollUnsafe()
    // A store in memory has answered by now: no timer for it.
    if (exit !== undefined) return resume(exit)
    let isLate = false
    const timer = fork(Effect.sleep(withinMs))
    fiber.addObserver((exit) => {
      timer.interruptUnsafe()
      if (!isLate) resume(exit)
    })
    timer.addObserver((exit) => {
      if (Exit.isFailure(exit)) return
      isLate = true
      fiber.interruptUnsafe()
      resume(Effect.fail(late()))
    })
    return Effect.sync(() => {
      timer.interruptUnsafe()
      fiber.interruptUnsafe()
    })
  })
