import * as Effect from "effect/Effect"

import { InvalidInput } from "../machine/invalid-input.ts"

/** A check as an effect: fails with the `InvalidInput` that it throws. Anything else is a defect. */
export const checked = <A>(check: () => A): Effect.Effect<A, InvalidInput> =>
  Effect.suspend(() => {
    const value = tried(check)
    return value instanceof InvalidInput ? Effect.fail(value) : Effect.succeed(value)
  })

/** The value, or the `InvalidInput` that the check throws: where a step for it alone would cost more than the check. */
export const tried = <A>(check: () => A): A | InvalidInput => {
  try {
    return check()
  } catch (error) {
    if (error instanceof InvalidInput) return error
    throw error
  }
}
