/**
 * Input from outside is read before anything is done; what it refuses is the call's failure.
 */
import * as Effect from "effect/Effect"

import { InvalidInput } from "../machine/invalid-input.ts"
import type { CallError } from "./errors.ts"

export const checked = <A, B>(
  read: () => A,
  then: (read: A) => Effect.Effect<B, CallError>
): Effect.Effect<B, CallError> =>
  Effect.suspend(() => {
    try {
      return then(read())
    } catch (error) {
      if (error instanceof InvalidInput) return Effect.fail(error)
      throw error
    }
  })
