/**
 * The port for people who write a store without Effect.
 */
import * as Effect from "effect/Effect"

import type { AccountRef, Command } from "../machine/command.ts"
import { InvalidInput } from "../machine/invalid-input.ts"
import type { AccountAnswer, Outcome } from "../machine/outcome.ts"
import { readAccounts } from "../machine/read-account.ts"
import { readCommand } from "../machine/read-command.ts"
import { checked } from "./checked.ts"
import {
  type CallError,
  CorruptError,
  MisconfiguredError,
  NotAppliedError,
  OutcomeUnknownError,
  type StoreError
} from "./errors.ts"
import type { AccountId, Capabilities, Hold, Page, PageRequest, QuotaStore, Store, SweepReport } from "./port.ts"

/** `signal` aborts when the call's deadline has passed or its caller is gone. */
export interface CallOptions {
  readonly signal: AbortSignal
}

/**
 * A store as promise functions. What they are given has been checked. They reject with the errors of
 * `@tallystick/core/store`, which say what is true: `NotAppliedError` if nothing happened, `OutcomeUnknownError` if
 * it may have happened. Any other rejection of `execute` counts as the latter.
 */
export interface StoreFunctions {
  readonly capabilities: Capabilities
  /**
   * Decides each command atomically, in order, at one time; one outcome per command. `decide` of
   * `@tallystick/core/machine` says how.
   */
  readonly execute: (commands: ReadonlyArray<Command>, options: CallOptions) => PromiseLike<ReadonlyArray<Outcome>>
  /** Reads; writes nothing. */
  readonly usage: (
    accounts: ReadonlyArray<AccountRef>,
    options: CallOptions
  ) => PromiseLike<ReadonlyArray<AccountAnswer>>
  /** Left out: `holds` is refused as `Misconfigured`. */
  readonly holds?:
    | ((account: AccountId, page: PageRequest, options: CallOptions) => PromiseLike<Page<Hold>>)
    | undefined
  /** Left out: there is nothing to tidy. */
  readonly sweep?: ((limit: number, options: CallOptions) => PromiseLike<SweepReport>) | undefined
  readonly close?: (() => PromiseLike<void>) | undefined
}

/**
 * A store from promise functions.
 *
 * @example
 * const store = defineStore({
 *   capabilities: { atomicOver: "database", durable: true, clock: "store", ledger: false },
 *   execute: async (commands, { signal }) => post("/execute", commands, signal),
 *   usage: async (accounts, { signal }) => post("/usage", accounts, signal)
 * })
 * const quota = createQuota({ store })
 */
export const defineStore = (functions: StoreFunctions): Store => {
  const { capabilities, close, execute, holds, sweep, usage } = functions
  const store: QuotaStore = {
    capabilities,
    execute: (commands) =>
      checked(
        () => commands.map(readCommand),
        (read) => call((signal) => execute(read, { signal }), unknownOutcome)
      ),
    usage: (accounts) =>
      checked(
        () => readAccounts(accounts),
        (read) => call((signal) => usage(read, { signal }), nothingRead)
      ),
    holds: (account, page) =>
      holds === undefined
        ? Effect.fail(new MisconfiguredError("this store lists no holds"))
        : call((signal) => holds(account, page, { signal }), nothingRead),
    sweep: (limit) =>
      sweep === undefined
        ? Effect.succeed({ entries: 0, accounts: 0, more: false })
        : call((signal) => sweep(limit, { signal }), unknownOutcome),
    close: close === undefined ? Effect.void : Effect.promise(async () => close())
  }
  return store
}

const call = <A>(
  start: (signal: AbortSignal) => PromiseLike<A>,
  otherwise: (cause: unknown) => StoreError
): Effect.Effect<A, CallError> =>
  // An async function, so that one that throws before its first await rejects as well.
  Effect.tryPromise({
    try: async (signal) => start(signal),
    catch: (cause) => (isCallError(cause) ? cause : otherwise(cause))
  })

const isCallError = (cause: unknown): cause is CallError =>
  cause instanceof NotAppliedError ||
  cause instanceof OutcomeUnknownError ||
  cause instanceof MisconfiguredError ||
  cause instanceof CorruptError ||
  cause instanceof InvalidInput

const textOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause))

const unknownOutcome = (cause: unknown): StoreError => new OutcomeUnknownError(textOf(cause), { cause })

const nothingRead = (cause: unknown): StoreError => new NotAppliedError(textOf(cause), { cause })
