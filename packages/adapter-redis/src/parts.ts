/**
 * The calls of several partitions: a call that failed in one of them only may have happened in the others.
 */
import type { Command, Outcome } from "@tallystick/core/machine"
import { type CallError, NotAppliedError, OutcomeUnknownError } from "@tallystick/core/store"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"

import { storeErrorOf } from "./errors.ts"
import { merge, type Part } from "./partition.ts"

export const allOf = async <A>(calls: ReadonlyArray<Promise<A>>): Promise<ReadonlyArray<A>> => {
  if (calls.length === 1) return [await calls[0]!]
  const settled = await Promise.allSettled(calls)
  const errors = settled.flatMap((one) => (one.status === "rejected" ? [storeErrorOf(one.reason)] : []))
  if (errors.length > 0) throw failureOf(errors, calls.length)
  return settled.map((one) => (one as PromiseFulfilledResult<A>).value)
}

/** The outcomes of all parts, each in its place. */
export const executeParts = (
  parts: ReadonlyArray<Part<Command>>,
  execute: (part: Part<Command>) => Effect.Effect<ReadonlyArray<Outcome>, CallError>
): Effect.Effect<ReadonlyArray<Outcome>, CallError> => {
  const [first] = parts
  if (first === undefined) return Effect.succeed([])
  if (parts.length === 1) return execute(first)
  const calls = parts.map((part) => Effect.result(execute(part)))
  return Effect.flatMap(Effect.all(calls, { concurrency: "unbounded" }), (results) => {
    const errors = results.flatMap((result) => (Result.isFailure(result) ? [result.failure] : []))
    if (errors.length > 0) return Effect.fail(failureOf(errors, parts.length))
    const answers = results.map((result) => (result as Result.Success<ReadonlyArray<Outcome>, CallError>).success)
    return Effect.succeed(merge(parts, answers))
  })
}

const failureOf = <E extends CallError>(errors: ReadonlyArray<E>, calls: number): E | OutcomeUnknownError => {
  const first = errors.find((error) => error._tag !== "NotApplied") ?? errors[0]!
  if (errors.length === calls && (first instanceof NotAppliedError || first._tag !== "OutcomeUnknown")) return first
  return new OutcomeUnknownError(`${errors.length} of the ${calls} partitions of this call failed: ${first.message}`, {
    cause: first
  })
}
