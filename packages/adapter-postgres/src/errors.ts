/**
 * What a failed call means for the caller.
 */
import { DeadlineError } from "@tallystick/core/deadline"
import {
  type CallError,
  CorruptError,
  MisconfiguredError,
  NotAppliedError,
  OutcomeUnknownError,
  type StoreError
} from "@tallystick/core/store"

/** SQLSTATE of a server's error, also of one that a query builder has wrapped (Drizzle puts it one deep, as `cause`). */
export const codeOf = (error: unknown): string | undefined => serverErrorOf(error)?.code

const MAX_WRAPPED = 5

const serverErrorOf = (error: unknown): (Error & { readonly code: string }) | undefined => {
  let at = error
  for (let depth = 0; depth < MAX_WRAPPED && at instanceof Error; depth++) {
    if (isServerError(at)) return at
    at = at.cause
  }
  return undefined
}

/** `EPIPE` has five letters, too: errors of the system say of which call they are. */
export const isServerError = (error: unknown): error is Error & { readonly code: string } =>
  error instanceof Error &&
  "code" in error &&
  typeof error.code === "string" &&
  /^[0-9A-Z]{5}$/.test(error.code) &&
  !("syscall" in error)

/** The transaction runs at another isolation than READ COMMITTED (raised by the function). */
export const WRONG_ISOLATION = "TY003"

/** Others caused it, and nothing happened: the store calls again, within the deadline. */
export const isRetried = (error: unknown): boolean => {
  const code = codeOf(error)
  return code === "40001" || code === "40P01"
}

/** Nothing was done, and it may go better later. */
const notApplied: Readonly<Record<string, string>> = {
  "40001": "others changed the same rows, time and again",
  "40P01": "others held the same rows in another order",
  "55P03": "the rows were locked by others for too long",
  "57014": "the statement was cancelled (statement_timeout, or somebody's hand)",
  "53300": "the server has no connection left",
  "53100": "the server's disk is full",
  "53200": "the server's memory is full",
  "57P03": "the server is starting or stopping",
  "25P02": "the transaction had failed before",
  "25P03": "the transaction was idle for too long"
}

/** Nothing was done, and somebody must change something. */
const misconfigured: Readonly<Record<string, string>> = {
  TY001: "the schema is of another version",
  TY002: "this server is a read replica: connect to the primary",
  [WRONG_ISOLATION]: "the transaction must run at READ COMMITTED",
  "25P01": "this is no transaction: within takes the client or tx of one that has begun",
  "25006": "this connection takes no writes (a read replica, or a read-only transaction)",
  "3F000": "there is no such schema: run migrate()",
  "42883": "the schema lacks the function: run migrate()",
  "42P01": "the schema lacks a table: run migrate()",
  "42501": "the role may not do what the function does",
  "3D000": "there is no such database",
  "28P01": "the server refuses this password",
  "28000": "the server refuses this role"
}

/** Errors after which the server may have committed all the same: it was stopped, or lost its replica, while it was about to say so. */
const mayHaveCommitted = new Set(["57P01", "57P02", "57P04", "57P05", "40003", "08006", "08007", "08P01"])

/** @param isWithin it was sent inside a transaction that has not been committed, and cannot be any more */
export const storeErrorOf = (error: unknown, isWithin = false): StoreError => {
  if (isStoreError(error)) return error
  const inner = serverErrorOf(error)
  const code = inner?.code
  const failed = isWithin ? "; the transaction has failed as a whole: roll it back" : ""
  const text = `${textOf(inner ?? error)}${failed}`
  const cause = { cause: error }
  if (error instanceof DeadlineError || code === undefined) return new OutcomeUnknownError(text, cause)
  if (mayHaveCommitted.has(code) && !isWithin) return new OutcomeUnknownError(text, cause)
  if (code in notApplied) return new NotAppliedError(`${notApplied[code]} (${text})`, cause)
  if (code in misconfigured) return new MisconfiguredError(`${misconfigured[code]} (${text})`, cause)
  // A row that contradicts its table's checks, or holds what is not a number.
  if (/^(?:22|23)/.test(code)) return new CorruptError(`what this store holds contradicts itself (${text})`, cause)
  return new NotAppliedError(`${text} (${code})`, cause)
}

/** A read that got no answer changed nothing. */
export const readErrorOf = (error: CallError): CallError =>
  error._tag === "OutcomeUnknown" ? new NotAppliedError(`no answer: ${error.reason}`, { cause: error }) : error

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

export const isStoreError = (error: unknown): error is StoreError =>
  error instanceof NotAppliedError ||
  error instanceof OutcomeUnknownError ||
  error instanceof MisconfiguredError ||
  error instanceof CorruptError
