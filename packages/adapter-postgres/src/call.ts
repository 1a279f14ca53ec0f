/**
 * One call of a SQL function: ends by its deadline, is made again where others were in the way, and says what is true if it fails.
 */
import { beginWithDeadline, type Deadline, DeadlineError, pause } from "@tallystick/core/deadline"
import { MisconfiguredError, type StoreError } from "@tallystick/core/store"

import type { PostgresDriver, QueryResult } from "./driver.ts"
import { codeOf, isRetried, isStoreError, storeErrorOf, WRONG_ISOLATION } from "./errors.ts"
import type { SchemaState } from "./version.ts"
import { schemaProblem } from "./version.ts"

export interface Statement {
  readonly text: string
  /** A lock is waited for so long: less than what is left of the call, so that waiting in vain is told as what it is, "not applied". */
  readonly valuesFor: (lockTimeoutMs: number) => ReadonlyArray<string>
  /** From 0 to 1: so that two who met once do not meet again. */
  readonly random: () => number
}

/** How a call ends. */
export interface Ends {
  readonly done: (rows: QueryResult["rows"]) => void
  readonly failed: (error: StoreError) => void
}

export interface Caller {
  /** What it gives ends the call before its time, when nobody waits for it any more. */
  readonly begin: (statement: Statement, ends: Ends) => () => void
}

/** The wait before a call is made again; it doubles up to the last. A row is mostly free after one commit, some ms. */
const FIRST_WAIT_MS = 5
const LAST_WAIT_MS = 250

/** The part of the time left that may go by waiting for locks: the rest is for the work and the way back. */
const LOCK_SHARE = 0.8

export interface CallerTerms {
  readonly callTimeoutMs: number
  readonly schema: SchemaState
  /** The driver is somebody's transaction: after an error it has failed as a whole, so that nothing can be made again in it. */
  readonly isWithin: boolean
}

export const callerOf = (driver: PostgresDriver, { callTimeoutMs, schema, isWithin }: CallerTerms): Caller => {
  // Learned at the first call: to ask each time would cost two more trips (BEGIN and COMMIT) where the default is right, as it nearly always is.
  let begins = false

  const attempt = async ({ random, text, valuesFor }: Statement, deadline: Deadline): Promise<QueryResult> => {
    const { signal } = deadline
    for (let waitMs = FIRST_WAIT_MS; ;) {
      try {
        const values = valuesFor(Math.max(1, Math.floor(deadline.leftMs() * LOCK_SHARE)))
        return await driver.query(text, values, { signal, begins })
      } catch (error) {
        // The connection was given up, and says so; what the server or the driver knew before that is still true.
        if (signal.aborted) throw isStoreError(error) || codeOf(error) ? error : new DeadlineError(callTimeoutMs)
        if (isWithin) throw error
        if (codeOf(error) === WRONG_ISOLATION && !begins) begins = true
        else if (!isRetried(error)) throw await named(driver, schema, signal, error)
        // Nothing is under way while it waits: at the deadline the error before says what is true.
        else if (!(await pause(waitMs * (0.5 + random()), signal))) throw error
        else waitMs = Math.min(LAST_WAIT_MS, waitMs * 2)
      }
    }
  }

  return {
    begin: (statement, { done, failed }) =>
      beginWithDeadline(callTimeoutMs, (deadline) => attempt(statement, deadline), {
        done: ({ rows }) => done(rows),
        failed: (error) => failed(storeErrorOf(error, isWithin))
      })
  }
}

/** A function or a schema that is not there: say by name what is there. */
const named = async (
  driver: PostgresDriver,
  schema: SchemaState,
  signal: AbortSignal,
  error: unknown
): Promise<unknown> => {
  if (!/^(?:3F000|42883|42P01|TY001)$/.test(codeOf(error) ?? "")) return error
  const problem = await schemaProblem(driver, schema, signal)
  return problem === undefined ? error : new MisconfiguredError(problem, { cause: error })
}
