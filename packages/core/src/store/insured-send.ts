/**
 * What the parts of `insured` share.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"

import type { Command } from "../machine/command.ts"
import type { Outcome } from "../machine/outcome.ts"
import { type CallError, NotAppliedError, OutcomeUnknownError, type StoreError } from "./errors.ts"

/** Sends one command to the store. */
export type SendOne = (command: Command) => Effect.Effect<Outcome, CallError>

/** The clock's whole milliseconds. */
export const wholeMs: Effect.Effect<number> = Effect.map(Clock.currentTimeMillis, Math.floor)

/** The store did not answer. What is wrong with the call or with the store's set-up, or is corrupt, insures nothing. */
export const isDown = (error: CallError): error is StoreError =>
  error._tag === "NotApplied" || error._tag === "OutcomeUnknown"

/** The store's own failure, and that the bound does not help: never a denial, for nobody has looked at the limit. */
export const uncovered = (error: StoreError): StoreError => {
  const reason = `${error.reason}; and it does not fit into what this process may admit while the store is down`
  return error._tag === "OutcomeUnknown"
    ? new OutcomeUnknownError(reason, { cause: error })
    : new NotAppliedError(reason, { cause: error })
}
