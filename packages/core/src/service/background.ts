/**
 * Fibers that run behind the callers' backs: they end with the quota, and do not keep the process alive.
 */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Fiber from "effect/Fiber"

import type { Environment } from "./environment.ts"

/** Starts an effect in the quota's scope, with the quota's clock and scheduler. */
export const inBackground = <A, E>(env: Environment, effect: Effect.Effect<A, E>): Effect.Effect<Fiber.Fiber<A, E>> =>
  Effect.forkIn(Effect.interruptible(Effect.provideContext(effect, backgroundContext(env))), env.scope, {
    startImmediately: true
  })

/**
 * Effect's own clock sleeps by `setTimeout`, which keeps node alive: a forgotten heartbeat would stop a process from
 * ending. Only that clock is replaced; one that was provided (a simulated world's) owns its timers itself.
 */
const backgroundContext = (env: Environment): Context.Context<never> => {
  if (env.context.mapUnsafe.has(Clock.Clock.key)) return env.context
  return Context.add(env.context, Clock.Clock, unrefClock(Context.get(env.context, Clock.Clock)))
}

const unrefClock = (clock: Clock.Clock): Clock.Clock => ({
  currentTimeMillisUnsafe: () => clock.currentTimeMillisUnsafe(),
  currentTimeMillis: clock.currentTimeMillis,
  currentTimeNanosUnsafe: () => clock.currentTimeNanosUnsafe(),
  currentTimeNanos: clock.currentTimeNanos,
  monotonicTimeNanosUnsafe: () => clock.monotonicTimeNanosUnsafe(),
  monotonicTimeNanos: clock.monotonicTimeNanos,
  sleep: (duration) =>
    Effect.callback<void>((resume) => {
      // The longest sleep here is a third of a ttl, 8 h: far from the 24.8 days that a timer takes.
      const handle: unknown = setTimeout(() => resume(Effect.void), Duration.toMillis(duration))
      if (isUnrefable(handle)) handle.unref()
      return Effect.sync(() => clearTimeout(handle as number))
    })
})

/** Node's timers are objects with `unref`; a browser's are numbers. */
const isUnrefable = (handle: unknown): handle is { readonly unref: () => void } =>
  typeof handle === "object" && handle !== null && "unref" in handle && typeof handle.unref === "function"
