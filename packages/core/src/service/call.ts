/**
 * One call to the store: it ends by its deadline, whatever the store does, and is made again when that is safe and
 * can help.
 */
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"

import type { Command } from "../machine/command.ts"
import type { Outcome } from "../machine/outcome.ts"
import { type CallError, CorruptError, NotAppliedError, OutcomeUnknownError, type StoreError } from "../store/errors.ts"
import type { QuotaStore } from "../store/port.ts"
import { bounded } from "./bounded.ts"
import { clockOf, isWithinTransaction, msOf } from "./environment.ts"
import { retryOnFailure } from "./retry.ts"

/**
 * The wait before a call is made again; it doubles. A pool that is exhausted or a failover is mostly over within 50
 * ms to 1 s.
 */
const FIRST_WAIT_MS = 50

/**
 * Sent at most three times: more would only add load to a store in trouble. The deadline counts for all of them
 * together.
 */
const RESENDS = 2

/** The same call may be made again, with the same ids. */
export const isPassing = (error: { readonly _tag: string }): boolean =>
  error._tag === "NotApplied" || error._tag === "OutcomeUnknown"

/** Ends by `withinMs`, whatever the store does. A defect of it is an unknown outcome: it may have sent the commands. */
export const within = <A>(
  effect: Effect.Effect<A, CallError>,
  withinMs: number,
  late: () => StoreError
): Effect.Effect<A, CallError> =>
  Effect.catchDefect(bounded(effect, withinMs, late), (defect) =>
    Effect.fail(new OutcomeUnknownError(`the store failed: ${Cause.pretty(Cause.die(defect))}`, { cause: defect }))
  )

const again = Schedule.exponential(FIRST_WAIT_MS).pipe(Schedule.jittered, Schedule.upTo({ times: RESENDS }))

/**
 * How often a command was sent, how many of these sendings may still take effect unheard, and whether one was
 * answered.
 */
export interface Sending {
  count: number
  open: number
  answered: boolean
}

/** Nothing was sent yet. */
export const newSending = (): Sending => ({ count: 0, open: 0, answered: false })

/** Sends commands, made at the time when they are sent, again if that can help, all within one deadline. `sending` counts. */
export const send = (
  store: QuotaStore,
  commandsAt: (nowMs: number) => ReadonlyArray<Command>,
  withinMs: number,
  sending: Sending = newSending()
): Effect.Effect<ReadonlyArray<Outcome>, CallError> =>
  within(
    retryOnFailure(
      Effect.withFiber((fiber) => {
        const commands = commandsAt(msOf(clockOf(fiber)))
        sending.count += 1
        sending.open += 1
        // Not told of an interruption, which says nothing of what the store did.
        return Effect.matchCauseEffect(store.execute(commands), {
          onSuccess: (outcomes) => {
            if (outcomes.length !== commands.length)
              return Effect.die(new Error(`the store gave ${outcomes.length} outcomes for ${commands.length} commands`))
            sending.answered = true
            sending.open -= 1
            return Effect.succeed(outcomes)
          },
          onFailure: (cause) => {
            if (hasDoneNothing(cause)) sending.open -= 1
            return Effect.failCause(cause)
          }
        })
      }),
      { schedule: again, while: (error) => isPassing(error) && !isWithinTransaction({ store }) }
    ),
    withinMs,
    () => new OutcomeUnknownError(`no answer within ${withinMs} ms`)
  )

/** After an error, other than an unknown outcome, nothing has happened. */
const hasDoneNothing = (cause: Cause.Cause<CallError>): boolean =>
  cause.reasons.every((reason) => reason._tag === "Fail" && reason.error._tag !== "OutcomeUnknown")

/**
 * Sends one command. What the store did not decide (`clock`, a corrupt account) is an error, since it is no answer to
 * the caller.
 */
export const sendOne = (
  store: QuotaStore,
  commandAt: (nowMs: number) => Command,
  withinMs: number,
  sending?: Sending
): Effect.Effect<Outcome, CallError> =>
  Effect.flatMap(
    send(store, (nowMs) => [commandAt(nowMs)], withinMs, sending),
    decided
  )

/** The outcome of the only command. */
export const decided = ([outcome]: ReadonlyArray<Outcome>): Effect.Effect<Outcome, CallError> => {
  const error = undecided(outcome!)
  return error === undefined ? Effect.succeed(outcome!) : Effect.fail(error)
}

/** The error that says what an outcome without a decision means. */
export const undecided = (outcome: Outcome): StoreError | undefined => {
  if (outcome._tag === "NotApplied")
    return new NotAppliedError(
      outcome.reason === "memory"
        ? "the store's memory is full"
        : `the clocks of this process and of the store differ by more than a window (${outcome.reason})`
    )
  if (outcome._tag === "Corrupt")
    return new CorruptError(`the sums of account ${JSON.stringify(outcome.account)} contradict its entries; repair it`)
  return undefined
}

/** Reads, within the deadline. A read that got no answer changed nothing. */
export const read = <A>(effect: Effect.Effect<A, CallError>, withinMs: number): Effect.Effect<A, CallError> =>
  within(retryOnFailure(effect, { schedule: again, while: isPassing }), withinMs, () => {
    return new NotAppliedError(`no answer within ${withinMs} ms`)
  })
