/**
 * The caller's AbortSignal and a turn's own.
 */
import * as Effect from "effect/Effect"

import { inBackground } from "./background.ts"
import { end } from "./end.ts"
import { type Environment, isWithinTransaction } from "./environment.ts"
import type { Turn } from "./turn.ts"

/**
 * Passes an abort on to the turn's signal. Its holder then has `abortGraceMs` to end the turn with what it knows;
 * after that it is ended as interrupted, so that a client that is gone holds nothing until its ttl.
 */
export const watch = (env: Environment, turn: Turn, signal: AbortSignal | undefined, endsOnAbort: boolean): void => {
  if (signal === undefined) return
  const abort = () => {
    turn.controller.abort(signal.reason)
    // Inside a transaction nobody acts but its caller, who gives it up by rolling back.
    if (endsOnAbort && !isWithinTransaction(env)) Effect.runForkWith(env.context)(endAfterGrace(env, turn))
  }
  if (signal.aborted) return abort()
  signal.addEventListener("abort", abort, { once: true })
  turn.forget = () => signal.removeEventListener("abort", abort)
}

const endAfterGrace = (env: Environment, turn: Turn): Effect.Effect<void> =>
  Effect.asVoid(
    inBackground(
      env,
      Effect.suspend(() => Effect.andThen(sleepUnlessEnded(env, turn), end(env, turn, "interrupted")))
    )
  )

const sleepUnlessEnded = (env: Environment, turn: Turn): Effect.Effect<void> =>
  turn.ended === undefined ? Effect.sleep(env.settings.abortGraceMs) : Effect.void
