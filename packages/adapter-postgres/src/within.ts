/**
 * A transaction of the caller's as a driver: what is sent in it takes effect with its commit, or never.
 */
import { NotAppliedError, OutcomeUnknownError } from "@tallystick/core/store"

import type { PostgresDriver, QueryOptions, QueryResult } from "./driver.ts"
import { codeOf } from "./errors.ts"
import type { SchemaState } from "./version.ts"

/**
 * A transaction that has begun: a client of pg's that got its `BEGIN`, or anything else with this function.
 *
 * `query` sends one statement with `$1`, `$2` …, each of them once and in order, and all values texts; it rejects with the server's error, or with one that has
 * it as `cause`. docs/postgres.md shows Drizzle's.
 *
 * @example
 * const kysely = (trx) => ({ query: (text, values) => trx.executeQuery(CompiledQuery.raw(text, values)) })
 */
export interface Transaction {
  readonly query: (text: string, values: Array<string>) => PromiseLike<QueryResult>
}

/**
 * One statement at a time, in the order of the calls. After the first error nothing more is sent: Postgres would refuse it, and a `COMMIT` would roll back
 * without saying so.
 */
export const transactionDriver = (transaction: Transaction, schema: SchemaState): PostgresDriver => {
  let before: Promise<unknown> = Promise.resolve()
  let isBegun = false
  let failure: unknown

  const send = async (text: string, values: ReadonlyArray<string>, signal: AbortSignal): Promise<QueryResult> => {
    try {
      return await orAborted(transaction.query(text, [...values]), signal, underWay)
    } catch (error) {
      failure = error
      throw error
    }
  }

  // LOCK TABLE is refused outside of a transaction, and this lock is in nobody's way: else a pool, or a `db` in place of its `tx`, would take effect at once,
  // whatever becomes of the caller's own rows. One trip for each transaction.
  const begin = async (signal: AbortSignal): Promise<void> => {
    try {
      await send(`LOCK TABLE ${schema.quoted}.account IN ACCESS SHARE MODE`, [], signal)
      isBegun = true
    } catch (error) {
      if (codeOf(error) !== undefined) throw error
      throw new NotAppliedError(`the transaction takes no statement: roll it back (${textOf(error)})`, { cause: error })
    }
  }

  const inTurn = async (text: string, values: ReadonlyArray<string>, signal: AbortSignal): Promise<QueryResult> => {
    if (failure !== undefined)
      throw new NotAppliedError(`the transaction has failed as a whole: roll it back (${textOf(failure)})`, {
        cause: failure
      })
    if (!isBegun) await begin(signal)
    if (signal.aborted) throw busy()
    return send(text, values, signal)
  }

  return {
    query: (text, values, { signal }: QueryOptions) => {
      const result = orAborted(before, signal, busy).then(() => inTurn(text, values, signal))
      // What they gave is not kept: a transaction may make many calls.
      before = Promise.allSettled([before, result]).then(() => {})
      return result
    }
  }
}

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

/** It cannot be taken back here: the connection is the caller's. */
const underWay = (): Error =>
  new OutcomeUnknownError("no answer by the deadline, and the statement may be under way: roll the transaction back")

const busy = (): Error => new NotAppliedError("another statement of the transaction was under way until the deadline")

const orAborted = <A>(promise: PromiseLike<A>, signal: AbortSignal, late: () => Error): Promise<A> =>
  new Promise((resolve, reject) => {
    const abort = (): void => reject(late())
    signal.addEventListener("abort", abort, { once: true })
    if (signal.aborted) abort()
    promise.then(
      (value) => {
        signal.removeEventListener("abort", abort)
        resolve(value)
      },
      (error: unknown) => {
        signal.removeEventListener("abort", abort)
        reject(error instanceof Error ? error : new Error(String(error)))
      }
    )
  })
