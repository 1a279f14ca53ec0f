import * as Effect from "effect/Effect"

import { InvalidInput } from "../machine/invalid-input.ts"

/** A check as an effect: fails with the `InvalidInput` that it throws. Anything else is a defect. */
export const checked = <A>(check: () => A): Effect.Effect<A, InvalidInput> =>
  Effect.suspend(() => {
    try {
      return Effect.succeed(check())
    } catch (error) {
      if (error instanceof InvalidInput) return Effect.fail(error)
      throw error
    }
  })
