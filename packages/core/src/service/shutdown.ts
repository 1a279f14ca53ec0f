/**
 * Ends a quota cleanly.
 */
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"

import { end } from "./end.ts"
import { type Environment, isWithinTransaction } from "./environment.ts"
import { QuotaClosed } from "./errors.ts"
import { replay } from "./replay.ts"

/**
 * How long `close` waits for open turns unless told: most model calls are over by then, and most supervisors wait 30
 * s.
 */
export const DEFAULT_CLOSE_GRACE_MS = 10_000

/**
 * Takes nothing new; waits for the open turns to end; ends those that are still open as interrupted, having told them
 * by their signal; waits for endings under way; and replays the journal once. Never fails.
 */
export const shutdown = (env: Environment, graceMs: number): Effect.Effect<void> =>
  Effect.gen(function* () {
    env.closed = true
    // What was opened inside a transaction is its handle's holder's, if it is committed.
    if (isWithinTransaction(env)) return
    if (graceMs > 0) yield* Effect.timeoutOption(awaitTurns(env), graceMs)
    for (const turn of env.turns) turn.controller.abort(new QuotaClosed())
    // Their holders react to the signal before they are ended.
    yield* Effect.yieldNow
    yield* Effect.forEach([...env.turns], (turn) => end(env, turn, "interrupted"), {
      concurrency: "unbounded",
      discard: true
    })
    while (env.settling.size > 0) yield* Fiber.awaitAll(env.settling)
    yield* Effect.ignore(replay(env))
  })

const awaitTurns = (env: Environment): Effect.Effect<void> =>
  Effect.forEach([...env.turns], (turn) => Deferred.await(turn.done), { concurrency: "unbounded", discard: true })
