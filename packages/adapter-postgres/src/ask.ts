/**
 * A question to a SQL function, from the input to what makes the answer of its rows.
 */
import { InvalidInput } from "@tallystick/core/machine"
import { type CallError, OutcomeUnknownError } from "@tallystick/core/store"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"

import { callerOf } from "./call.ts"
import type { PostgresDriver } from "./driver.ts"
import { type Encoded, EXECUTE_VALUES } from "./encode.ts"
import { isStoreError, storeErrorOf } from "./errors.ts"
import type { StoreTerms } from "./options.ts"
import { VERSION } from "./schema.ts"

export type Question<Input, A> = readonly [
  name: "execute" | "holds" | "sweep",
  read: () => Input,
  encode: (input: Input) => Encoded,
  decode: (input: Input, rows: ReadonlyArray<string>) => A
]

/** What it gives makes the answer of the rows: in group commit the next flush leaves before that. */
export type Ask = <Input, A>(...question: Question<Input, A>) => Effect.Effect<Effect.Effect<A, CallError>, CallError>

/** Reads the input, and asks the function of this name. */
export const asker = (driver: PostgresDriver, terms: StoreTerms, isWithin: boolean): Ask => {
  const caller = callerOf(driver, { callTimeoutMs: terms.callTimeoutMs, schema: terms.schema, isWithin })
  return (name, read, encode, decode) =>
    Effect.contextWith((context: Context.Context<never>) =>
      Effect.tryPromise({
        try: async (signal) => {
          const input = read()
          const encoded = encode(input)
          const clock = Context.get(context, Clock.Clock)
          const nowMs = terms.clock === "caller" ? Math.floor(clock.currentTimeMillisUnsafe()) : null
          const valuesFor = (lockTimeoutMs: number): ReadonlyArray<string> =>
            encoded({ ...terms.settings, nowMs, lockTimeoutMs, version: VERSION })
          const random = (): number => Effect.runSyncWith(context)(Random.next)
          const text = `SELECT ${terms.schema.quoted}.${name}(${parameters[name]}) AS answer`
          const rows = await caller.call({ text, valuesFor, signal, random })
          const answer = (): ReturnType<typeof decode> =>
            decode(
              input,
              rows.map((row) => String(row["answer"]))
            )
          return Effect.try({ try: answer, catch: readingErrorOf })
        },
        catch: callErrorOf
      })
    )
}

const parametersOf = (count: number): string => Array.from({ length: count }, (_, index) => `$${index + 1}`).join(", ")

const parameters = { execute: parametersOf(EXECUTE_VALUES), holds: parametersOf(3), sweep: parametersOf(3) }

const callErrorOf = (error: unknown): CallError => (error instanceof InvalidInput ? error : storeErrorOf(error))

/** Where the answer is there, the transaction has been committed. */
const readingErrorOf = (error: unknown): CallError =>
  isStoreError(error)
    ? error
    : new OutcomeUnknownError(`the function's answer cannot be read: ${String(error)}`, { cause: error })
