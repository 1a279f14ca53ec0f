/**
 * Reserves one part, with the rules that keep the store simple: what may have been sent twice and is denied is
 * released before the caller hears so, what was given up is released behind its back, and what took long is renewed
 * before it is granted.
 */
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"

import type { Denied, Granted, Outcome } from "../machine/outcome.ts"
import { type CallError, NotAppliedError } from "../store/errors.ts"
import { newSending, type Sending, sendOne } from "./call.ts"
import { durationText } from "./duration-text.ts"
import type { Ending } from "./ending.ts"
import { clockOf, type Environment, isWithinTransaction, monotonicMsOf } from "./environment.ts"
import { QuotaConflict } from "./errors.ts"
import { Meter } from "./meter.ts"
import { extendOf, type Part, reserveOf } from "./part.ts"
import { startDelivery } from "./settle.ts"

/** Makes an effect interruptible again, if its caller is. */
export type Restore = <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>

/**
 * The store's decision on a part: admitted or denied. Anything else fails. To be called where interruption is masked.
 *
 * `undoes`: what is unknown is undone after a failure, or only after an interruption, since the caller goes on
 * without an answer.
 */
export const admit = (
  env: Environment,
  restore: Restore,
  requestId: string,
  part: Part,
  ttlMs: number,
  undoes: "failure" | "interruption" = "failure"
): Effect.Effect<Granted | Denied, CallError | QuotaConflict> =>
  Effect.withFiber((fiber) => {
    // Its release is under way and would end what is reserved now; when it has arrived the store says the same.
    if (env.releasing.has(part.id)) return Effect.fail(new QuotaConflict(requestId, "ended"))
    const sending = newSending()
    const undo = startRelease(env, requestId, part)
    // A transaction that failed has undone it, and takes nothing more.
    const isUndone = (cause: Cause.Cause<unknown>) =>
      !isWithinTransaction(env) && (undoes === "failure" || Cause.hasInterrupts(cause))
    const clock = clockOf(fiber)
    const startMs = monotonicMsOf(clock)
    const commandAt = (nowMs: number) => reserveOf(part, ttlMs, env.calendar, nowMs)
    const sent = Effect.onError(restore(sendOne(env.store, commandAt, env.settings.callTimeoutMs, sending)), (cause) =>
      isInDoubt(sending, cause) && isUndone(cause) ? undo : Effect.void
    )
    return Effect.flatMap(sent, (outcome): Effect.Effect<Granted | Denied, CallError | QuotaConflict> => {
      switch (outcome._tag) {
        case "Granted": {
          const tookMs = monotonicMsOf(clock) - startMs
          if (tookMs <= ttlMs / 2) return Effect.succeed(outcome)
          // More than half of its time may be gone: the first heartbeat, a third of a ttl from now, could come too late.
          const renewed = Effect.onError(renew(env, restore, part, ttlMs, tookMs), (cause) =>
            isUndone(cause) ? undo : Effect.void
          )
          return Effect.as(renewed, outcome)
        }
        case "Denied": {
          const isAnswered = sending.count === 1 && sending.open === 0
          // Else an earlier copy may still be under way and be admitted when there is room: the release leaves a mark that
          // stops it.
          return isAnswered ? Effect.succeed(outcome) : Effect.as(awaitRelease(env, undo), outcome)
        }
        case "Conflict":
          return Effect.fail(new QuotaConflict(requestId, outcome.reason))
        default:
          return Effect.die(new Error(`the store answered a reserve with ${outcome._tag}`))
      }
    })
  })

/** Something may be held: a sending is unheard of, or its answer came and was lost to an interruption. */
const isInDoubt = (sending: Sending, cause: Cause.Cause<unknown>): boolean =>
  sending.open > 0 || (sending.answered && Cause.hasInterrupts(cause))

const startRelease = (env: Environment, requestId: string, part: Part) =>
  Effect.suspend(() => {
    env.releasing.add(part.id)
    return startDelivery(env, [releaseOf(requestId, part)])
  })

/**
 * Until it has arrived, or was given up; but not beyond the deadline of a call: then the id stays blocked until it
 * has.
 */
const awaitRelease = (env: Environment, undo: ReturnType<typeof startRelease>) =>
  Effect.flatMap(undo, (release) => Effect.timeoutOption(Fiber.await(release), env.settings.callTimeoutMs))

const releaseOf = (requestId: string, part: Part): Ending => ({
  id: part.id,
  requestId,
  kind: "release",
  overage: "debit",
  ifUnknown: "mark",
  knownAtMs: 0,
  legs: part.legs.map(({ account, window, unit, limit, warnAt }) => ({ account, window, unit, limit, warnAt }))
})

const renew = (env: Environment, restore: Restore, part: Part, ttlMs: number, tookMs: number) =>
  restore(
    sendOne(
      env.store,
      (nowMs) => extendOf([part], 0, new Meter(), { ttlMs, whenUnknown: undefined }, env.calendar, nowMs),
      env.settings.callTimeoutMs
    )
  ).pipe(
    Effect.flatMap((outcome: Outcome) =>
      outcome._tag === "Extended"
        ? Effect.void
        : Effect.fail(
            new NotAppliedError(`it was admitted, but the answer took ${durationText(tookMs)}, longer than it lives`)
          )
    )
  )
