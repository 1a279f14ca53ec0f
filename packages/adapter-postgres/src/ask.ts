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
import type { PostgresDriver, QueryResult } from "./driver.ts"
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

/**
 * Reads the input, and asks the function of this name. Deadline and caller end it by one signal: that of `Effect.tryPromise` had to be listened to, and its
 * promise waited for.
 */
export const asker = (driver: PostgresDriver, terms: StoreTerms, isWithin: boolean): Ask => {
  const { schema } = terms
  const caller = callerOf(driver, { callTimeoutMs: terms.callTimeoutMs, schema, isWithin })
  const textOf = (name: keyof typeof parameters): string =>
    `SELECT ${schema.quoted}.${name}(${parameters[name]}) AS answer`
  const texts = { execute: textOf("execute"), holds: textOf("holds"), sweep: textOf("sweep") }
  return (name, read, encode, decode) =>
    Effect.contextWith((context: Context.Context<never>) =>
      Effect.callback((resume) => {
        let input: ReturnType<typeof read>
        let encoded: Encoded
        try {
          input = read()
          encoded = encode(input)
        } catch (error) {
          return resume(Effect.fail(callErrorOf(error)))
        }
        const clock = Context.get(context, Clock.Clock)
        const nowMs = terms.clock === "caller" ? Math.floor(clock.currentTimeMillisUnsafe()) : null
        const valuesFor = (lockTimeoutMs: number): ReadonlyArray<string> =>
          encoded({ ...terms.settings, nowMs, lockTimeoutMs, version: VERSION })
        const random = (): number => Effect.runSyncWith(context)(Random.next)
        const answer = (rows: QueryResult["rows"]): ReturnType<typeof decode> =>
          decode(
            input,
            rows.map((row) => String(row["answer"]))
          )
        const leave = caller.begin(
          { text: texts[name], valuesFor, random },
          {
            done: (rows) => resume(Effect.succeed(Effect.try({ try: () => answer(rows), catch: readingErrorOf }))),
            failed: (error) => resume(Effect.fail(error))
          }
        )
        return Effect.sync(leave)
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
