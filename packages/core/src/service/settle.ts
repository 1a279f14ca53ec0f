/**
 * Delivers endings: again and again within bounds; then into the journal. It never fails, but for an ending inside a transaction of the caller's: that has
 * failed as a whole, and whoever does not hear of it believes that it was committed. So it dies of the error.
 */
import * as Effect from "effect/Effect"
import type * as Fiber from "effect/Fiber"
import * as Schedule from "effect/Schedule"

import type { Outcome } from "../machine/outcome.ts"
import type { CallError } from "../store/errors.ts"
import { isPassing } from "./call.ts"
import type { Ending } from "./ending.ts"
import { clockOf, type Environment, isWithinTransaction, monotonicMsOf } from "./environment.ts"
import { attempt } from "./journal.ts"
import type { UnsettledReason } from "./observer.ts"
import { replayLater } from "./replay.ts"
import { retryOnFailure } from "./retry.ts"
import { inSpan } from "./span.ts"
import { judge, tryEnding, unsettled } from "./try-ending.ts"

/** What became of one ending. */
export interface Delivery {
  /** The store's answer; null: it gave none. */
  readonly outcome: Outcome | null
  /** Why no account was debited; null: it was, or there was nothing to debit. */
  readonly problem: UnsettledReason | null
  readonly journaled: boolean
}

/** From 50 ms, doubling up to 5 s, give or take a fifth, so that processes do not return in step. */
const backoff = Schedule.min([Schedule.exponential("50 millis"), Schedule.spaced("5 seconds")]).pipe(Schedule.jittered)

/** Delivers one ending, or records it. */
const deliver = (env: Environment, ending: Ending, withinMs: number): Effect.Effect<Delivery> => {
  const isWithin = isWithinTransaction(env)
  return Effect.matchEffect(isWithin ? tryEnding(env, ending) : tryAgain(env, ending, withinMs), {
    onSuccess: (outcome) => answered(env, ending, outcome),
    onFailure: (error) => (isWithin && error._tag !== "InvalidInput" ? Effect.die(error) : record(env, ending, error))
  })
}

const tryAgain = (env: Environment, ending: Ending, withinMs: number): Effect.Effect<Outcome, CallError> =>
  Effect.withFiber((fiber) => {
    const clock = clockOf(fiber)
    const startMs = monotonicMsOf(clock)
    return retryOnFailure(tryEnding(env, ending), {
      schedule: backoff,
      while: (error) => isPassing(error) && monotonicMsOf(clock) - startMs < withinMs
    })
  })

const answered = (env: Environment, ending: Ending, outcome: Outcome): Effect.Effect<Delivery> => {
  env.releasing.delete(ending.id)
  return Effect.map(judge(env, ending, outcome), (problem) => ({ outcome, problem, journaled: false }))
}

const record = Effect.fnUntraced(function* (
  env: Environment,
  ending: Ending,
  error: CallError
): Effect.fn.Return<Delivery> {
  const problem: UnsettledReason = { kind: "undelivered", error }
  // What the store cannot read now it cannot read later either.
  const recorded =
    error._tag === "InvalidInput"
      ? null
      : yield* Effect.result(
          attempt(() => env.journal.record({ ending, failure: error.message }), env.settings.callTimeoutMs)
        )
  const journaled = recorded?._tag === "Success"
  yield* unsettled(env, ending, problem, journaled)
  // Also after a failure: a journal may have it in memory, though its disk is full.
  if (recorded !== null) yield* replayLater(env)
  return { outcome: null, problem, journaled }
})

/** Delivers. Takes as long as `withinMs` and one call at most, also where it cannot be interrupted. */
export const deliverAll = (
  env: Environment,
  endings: ReadonlyArray<Ending>,
  withinMs: number = env.settings.settleWithinMs
): Effect.Effect<ReadonlyArray<Delivery>> =>
  inSpan("tallystick.settle", { "tallystick.request_id": endings[0]?.requestId ?? "" }, () => {
    const [only] = endings
    // Nearly always: no fiber for it.
    if (endings.length === 1) return Effect.map(deliver(env, only!, withinMs), (delivery) => [delivery])
    return Effect.forEach(endings, (ending) => deliver(env, ending, withinMs), { concurrency: "unbounded" })
  })

/** Starts delivering, in a fiber that nobody who waits for it can interrupt. */
export const startDelivery = (
  env: Environment,
  endings: ReadonlyArray<Ending>
): Effect.Effect<Fiber.Fiber<ReadonlyArray<Delivery>>> =>
  Effect.withFiber(({ context }) => {
    const fiber = Effect.runForkWith(context)(deliverAll(env, endings))
    env.settling.add(fiber)
    fiber.addObserver(() => env.settling.delete(fiber))
    return Effect.succeed(fiber)
  })
