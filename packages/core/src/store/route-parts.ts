/**
 * One call as parts, one for each store, and their answers as one again.
 */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"

import { type CallError, NotAppliedError, OutcomeUnknownError, type StoreError } from "./errors.ts"
import type { Target } from "./route-table.ts"

/** What of a call goes to one store, in the call's order; `indexes` says where each item stood. */
export interface Part<A> {
  readonly target: Target
  readonly items: ReadonlyArray<A>
  readonly indexes: ReadonlyArray<number>
}

/** The parts of a call, in the order in which the call first names their stores. */
export const split = <A>(
  items: ReadonlyArray<A>,
  targetOf: (item: A, index: number) => Target
): ReadonlyArray<Part<A>> => {
  const placed = items.map((item, index) => ({ item, index, target: targetOf(item, index) }))
  return [...Map.groupBy(placed, ({ target }) => target)].map(([target, own]) => ({
    target,
    items: own.map(({ item }) => item),
    indexes: own.map(({ index }) => index)
  }))
}

/** The answers of the parts, each where its item stood. */
export const merge = <A, B>(
  parts: ReadonlyArray<Part<A>>,
  answers: ReadonlyArray<ReadonlyArray<B>>
): ReadonlyArray<B> => {
  const merged: Array<B> = []
  for (const [at, { indexes, target }] of parts.entries()) {
    const own = answers[at]!
    // A hole would look like an answer.
    if (own.length !== indexes.length)
      throw new Error(`the store of ${target.name} gave ${own.length} answers to ${indexes.length} questions`)
    for (const [nth, index] of indexes.entries()) merged[index] = own[nth]!
  }
  return merged
}

/**
 * The answers of all parts, or one error that is true of the whole call.
 *
 * Waits for every part: what one did is not known from the failure of another. A part alone fails with its own error.
 */
export const together = <A>(
  calls: ReadonlyArray<{ readonly target: Target; readonly call: () => Effect.Effect<A, CallError> }>,
  concurrency: "unbounded" | 1 = "unbounded"
): Effect.Effect<ReadonlyArray<A>, CallError> => {
  if (calls.length === 1) return Effect.map(Effect.suspend(calls[0]!.call), (answer) => [answer])
  const ended = Effect.forEach(calls, ({ call }) => Effect.exit(Effect.suspend(call)), { concurrency })
  return Effect.flatMap(ended, (exits) => {
    const answers: Array<A> = []
    const failures: Array<Failure> = []
    for (const [at, exit] of exits.entries()) {
      if (Exit.isSuccess(exit)) {
        answers.push(exit.value)
        continue
      }
      const failed = exit.cause.reasons.find((reason) => reason._tag === "Fail")
      // A bug of a store stays one.
      if (failed === undefined) return Effect.failCause(exit.cause)
      failures.push({ name: calls[at]!.target.name, error: failed.error })
    }
    return failures.length === 0 ? Effect.succeed(answers) : Effect.fail(errorOf(failures, exits.length))
  })
}

interface Failure {
  readonly name: string
  readonly error: CallError
}

/**
 * Nothing happened only if every store says so. Else a command may have happened, whichever error its neighbour met:
 * the same call again settles it, since what took effect is replayed.
 */
const errorOf = (failures: ReadonlyArray<Failure>, stores: number): StoreError => {
  const errors = failures.map(({ error }) => error)
  const cause = errors.length === 1 ? errors[0] : new AggregateError(errors)
  if (failures.length === stores && errors.every((error) => error._tag === "NotApplied"))
    return new NotAppliedError(failures.map(({ error, name }) => `${name}: ${reasonOf(error)}`).join("; "), { cause })
  const reasons = failures.map(({ error, name }) => `${name}: ${error._tag}, ${reasonOf(error)}`)
  return new OutcomeUnknownError(`${failures.length} of ${stores} stores failed: ${reasons.join("; ")}`, { cause })
}

const reasonOf = (error: CallError): string => (error._tag === "InvalidInput" ? error.message : error.reason)
