/**
 * The driver for pg: a pool that is given, or one made here and closed with the store.
 */
import { createHash } from "node:crypto"

import { NotAppliedError } from "@tallystick/core/store"
import type { Pool, PoolClient } from "pg"

import type { PostgresDriver, QueryOptions, QueryResult } from "./driver.ts"
import { codeOf, isServerError, storeErrorOf } from "./errors.ts"

/**
 * A named statement is parsed and planned once per connection: a call took 0.6 to 0.9 ms with names, 1.0 to 1.1 ms without. The name is the text's own, so that
 * a server connection behind a pooler, which may have been another process's, means the same by it or does not know it.
 */
const nameOf = (text: string): string =>
  `tallystick_${createHash("sha256").update(text).digest("base64url").slice(0, 22)}`

/** The connection does not know the name, or knows it already; nothing was run. */
const isNameRefused = (error: unknown): boolean => codeOf(error) === "26000" || codeOf(error) === "42P05"

export const pgDriver = (pool: Pool, isOwn: boolean, prepare: boolean): PostgresDriver => {
  // An idle connection that dies is replaced at the next call, which says what befell it. Without a listener pg ends the process.
  if (isOwn) pool.on("error", () => {})
  const names = new Map<string, string>()
  let isNaming = prepare
  const named = (text: string): string => {
    const known = names.get(text) ?? nameOf(text)
    names.set(text, known)
    return known
  }
  return {
    query: async (text, values, options) => {
      const name = isNaming ? named(text) : undefined
      try {
        return await queryOn(pool, { text, values, name }, options)
      } catch (error) {
        if (name === undefined || !isNameRefused(error) || options.signal.aborted) throw error
        isNaming = false
        return queryOn(pool, { text, values, name: undefined }, options)
      }
    },
    close: isOwn ? () => pool.end() : undefined
  }
}

interface Statement {
  readonly text: string
  readonly values: ReadonlyArray<string>
  readonly name: string | undefined
}

const queryOn = async (
  pool: Pool,
  { name, text, values }: Statement,
  { signal, begins }: QueryOptions
): Promise<QueryResult> => {
  const client = await checkedOut(pool, signal)
  let isReleased = false
  const release = (destroys: boolean): void => {
    if (isReleased) return
    isReleased = true
    signal.removeEventListener("abort", giveUp)
    if (!destroys) client.off("error", ignore)
    client.release(destroys)
  }
  // What is still under way at the deadline may answer later, so that the connection serves nobody else.
  const giveUp = (): void => release(true)
  signal.addEventListener("abort", giveUp)
  try {
    if (begins) await client.query("BEGIN ISOLATION LEVEL READ COMMITTED")
    const { rows } = await client.query<Record<string, unknown>>({
      text,
      values: [...values],
      ...(name !== undefined && { name })
    })
    if (begins) await client.query("COMMIT")
    release(false)
    return { rows }
  } catch (error) {
    // After an error of the server's the connection is good, but for a transaction that was begun.
    release(begins || !isOfStatement(error))
    throw error
  }
}

/**
 * Not the server's last words (FATAL, PANIC), behind which the connection ends: on a busy machine that may be seen later, and what was sent meanwhile would be
 * unknown. A server that speaks another language costs a connection at each error.
 */
const isOfStatement = (error: unknown): boolean =>
  isServerError(error) && "severity" in error && error.severity === "ERROR"

/** Also a connection in use tells of its death by this event, besides failing its query. */
const ignore = (): void => {}

/**
 * Nothing is sent before there is a connection, so that waiting in vain means: not applied.
 *
 * By callback, not by promise: the pool takes its own listener away as it hands the connection out, and a server that dies just then may have told of it
 * in the same packet as its greeting. One turn later there would be nobody to hear that, which ends the process (`tallystick storm` found it).
 */
const checkedOut = (pool: Pool, signal: AbortSignal): Promise<PoolClient> =>
  new Promise((resolve, reject) => {
    const onAbort = (): void =>
      reject(
        new NotAppliedError(
          `no connection to Postgres by the deadline (${pool.totalCount} in the pool, ${pool.waitingCount} calls wait)`
        )
      )
    if (signal.aborted) return onAbort()
    signal.addEventListener("abort", onAbort)
    pool.connect((cause, client) => {
      signal.removeEventListener("abort", onAbort)
      if (client === undefined) return reject(cause !== undefined && saysMore(cause) ? cause : noConnection(cause))
      if (signal.aborted) return client.release()
      client.on("error", ignore)
      resolve(client)
    })
  })

/** What the server itself says when it refuses a connection is told by its code; but nothing was asked of it yet, so that no code leaves open what was done. */
const saysMore = (cause: Error): boolean => isServerError(cause) && storeErrorOf(cause)._tag !== "OutcomeUnknown"

export const noConnection = (cause: unknown): NotAppliedError =>
  new NotAppliedError(
    `no connection to Postgres: ${cause instanceof Error ? cause.message || cause.name : String(cause)}`,
    {
      cause
    }
  )
