/**
 * What can go wrong with a whole call. Few, and each tells the caller what is true; what is true of one command only is its outcome.
 *
 * They are plain errors with a `_tag`, so that they read the same through promises and through Effect's `catchTag`.
 */
import type { InvalidInput } from "../machine/invalid-input.ts"

/**
 * Nothing happened: the pool was exhausted, a lock was not had, memory was full, the connection was refused.
 * The same call may be made again at once or later.
 */
export class NotAppliedError extends Error {
  readonly _tag = "NotApplied" as const
  readonly reason: string

  constructor(reason: string, options?: { readonly cause?: unknown }) {
    super(`nothing was changed: ${reason}`, options)
    this.name = "NotAppliedError"
    this.reason = reason
  }
}

/**
 * The connection died or time ran out after the call was sent: it may have happened. Make the same call again, with the same ids:
 * it takes effect at most once, and its answer settles what happened.
 */
export class OutcomeUnknownError extends Error {
  readonly _tag = "OutcomeUnknown" as const
  readonly reason: string

  constructor(reason: string, options?: { readonly cause?: unknown }) {
    super(`it may have happened (${reason}): make the same call again with the same ids`, options)
    this.name = "OutcomeUnknownError"
    this.reason = reason
  }
}

/** The store cannot keep its promises as it is set up: an eviction policy, a read replica, a schema of another version. */
export class MisconfiguredError extends Error {
  readonly _tag = "Misconfigured" as const
  readonly reason: string

  constructor(reason: string, options?: { readonly cause?: unknown }) {
    super(reason, options)
    this.name = "MisconfiguredError"
    this.reason = reason
  }
}

/** What the store holds cannot be read. `repair` or restore it. */
export class CorruptError extends Error {
  readonly _tag = "Corrupt" as const
  readonly reason: string

  constructor(reason: string, options?: { readonly cause?: unknown }) {
    super(reason, options)
    this.name = "CorruptError"
    this.reason = reason
  }
}

/** A store's own failures. */
export type StoreError = NotAppliedError | OutcomeUnknownError | MisconfiguredError | CorruptError

/** Everything that a call to a store can fail with. */
export type CallError = StoreError | InvalidInput
