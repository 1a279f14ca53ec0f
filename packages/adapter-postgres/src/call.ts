/**
 * One call of a SQL function: ends by its deadline, is made again where others were in the way, and says what is true if it fails.
 */
import { MisconfiguredError } from "@tallystick/core/store"

import { withDeadline } from "./deadline.ts"
import type { PostgresDriver, QueryResult } from "./driver.ts"
import { codeOf, isRetried, storeErrorOf, WRONG_ISOLATION } from "./errors.ts"
import type { SchemaState } from "./version.ts"
import { schemaProblem } from "./version.ts"

export interface Caller {
  readonly call: (text: string, values: ReadonlyArray<string>, signal: AbortSignal) => Promise<QueryResult["rows"]>
}

/**
 * @param isWithin the driver is somebody's transaction: after an error it has failed as a whole, so that nothing can be made again in it
 */
export const callerOf = (
  driver: PostgresDriver,
  { callTimeoutMs, schema, isWithin }: { callTimeoutMs: number; schema: SchemaState; isWithin: boolean }
): Caller => {
  // Learned at the first call: to ask each time would cost two more trips (BEGIN and COMMIT) where the default is right, as it nearly always is.
  let begins = false

  const attempt = async (text: string, values: ReadonlyArray<string>, signal: AbortSignal): Promise<QueryResult> => {
    for (;;) {
      try {
        return await driver.query(text, values, { signal, begins })
      } catch (error) {
        if (signal.aborted || isWithin) throw error
        if (codeOf(error) === WRONG_ISOLATION && !begins) begins = true
        else if (!isRetried(error)) throw await named(driver, schema, signal, error)
      }
    }
  }

  return {
    call: async (text, values, signal) => {
      try {
        const { rows } = await withDeadline(callTimeoutMs, signal, (ending) => attempt(text, values, ending))
        return rows
      } catch (error) {
        throw storeErrorOf(error)
      }
    }
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
