/**
 * The calls of several partitions: a call that failed in one of them only may have happened in the others.
 */
import { NotAppliedError, OutcomeUnknownError } from "@tallystick/core/store"

import { storeErrorOf } from "./errors.ts"

export const allOf = async <A>(calls: ReadonlyArray<Promise<A>>): Promise<ReadonlyArray<A>> => {
  if (calls.length === 1) return [await calls[0]!]
  const settled = await Promise.allSettled(calls)
  const errors = settled.flatMap((one) => (one.status === "rejected" ? [storeErrorOf(one.reason)] : []))
  if (errors.length === 0) return settled.map((one) => (one as PromiseFulfilledResult<A>).value)
  const first = errors.find((error) => error._tag !== "NotApplied") ?? errors[0]!
  if (errors.length === calls.length && (first instanceof NotAppliedError || first._tag !== "OutcomeUnknown"))
    throw first
  throw new OutcomeUnknownError(
    `${errors.length} of the ${calls.length} partitions of this call failed: ${first.message}`,
    { cause: first }
  )
}
