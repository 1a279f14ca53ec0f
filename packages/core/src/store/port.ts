/**
 * The port between Tallystick and what keeps the rows. Small on purpose: it composes (`route`, `batched`, `insured`).
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"

import type { AccountRef, Command, Settle, WhenUnknown } from "../machine/command.ts"
import type { AccountAnswer, Outcome } from "../machine/outcome.ts"
import type { Window } from "../machine/window.ts"
import type { CallError } from "./errors.ts"

/** What a store can do; `route`, the contract suite and users ask it. */
export interface Capabilities {
  /** Which accounts one command can name together: any of this process, of one slot, or of the whole database. */
  readonly atomicOver: "process" | "partition" | "database"
  /** What was acknowledged outlives the process that keeps it. */
  readonly durable: boolean
  /** Whose clock decides: the store's own or that of the caller (Effect's `Clock`). */
  readonly clock: "store" | "caller"
  /** It keeps every change, so that `used` and `reserved` can be recomputed. */
  readonly ledger: boolean
  /**
   * It works inside a transaction of its caller's, which ends when its caller says so, and fails as a whole after an error. So nothing is sent again, later, or
   * behind the caller's back. Absent: no.
   */
  readonly withinTransaction?: boolean | undefined
  /**
   * Calls of `execute` take effect in the order in which they are made, as over one connection: then group commit need not wait with an account's commands
   * until those before them are answered. Absent: no.
   */
  readonly ordered?: boolean | undefined
  /**
   * How long it remembers endings, ms (`settledRetentionMs`): what may have been counted longer ago is not sent again. Absent: an hour, the default.
   */
  readonly settledRetentionMs?: number | undefined
}

/** A store as code without Effect sees it. Adapters make one; `createQuota` takes it. */
export interface Store {
  readonly capabilities: Capabilities
}

export interface AccountId {
  readonly account: string
  /** Default: no window. */
  readonly window?: Window | undefined
}

export interface PageRequest {
  /** Continue behind this id: the `next` of the page before. */
  readonly after?: string | undefined
  /** Integer from 1 to 1,000. */
  readonly limit: number
}

export interface Page<A> {
  readonly items: ReadonlyArray<A>
  /** Where the next page begins; null: there is none. */
  readonly next: string | null
}

/** A live hold, as an operator sees it. */
export interface Hold {
  readonly id: string
  readonly amount: number
  readonly held: number
  readonly settle: Settle
  readonly measured: number | null
  readonly whenUnknown: WhenUnknown | null
  readonly ageMs: number
  readonly expiresInMs: number
  /** It belongs to an earlier window and moves no sums. */
  readonly windowPassed: boolean
}

export interface SweepReport {
  readonly entries: number
  readonly accounts: number
  /** There is more to sweep. */
  readonly more: boolean
}

export interface QuotaStore extends Store {
  /** Decides each command atomically, on its own, in order, at one time; the array only saves round trips. One outcome per command. */
  readonly execute: (commands: ReadonlyArray<Command>) => Effect.Effect<ReadonlyArray<Outcome>, CallError>
  /** Reads: the numbers as of one time. Writes nothing. */
  readonly usage: (accounts: ReadonlyArray<AccountRef>) => Effect.Effect<ReadonlyArray<AccountAnswer>, CallError>
  /** The live holds of an account in byte order of their ids. For operators. */
  readonly holds: (account: AccountId, page: PageRequest) => Effect.Effect<Page<Hold>, CallError>
  /** Collects up to `limit` rows that time has made unknown. It tidies; correctness never depends on it. */
  readonly sweep: (limit: number) => Effect.Effect<SweepReport, CallError>
  /** Gives back what the store itself opened. */
  readonly close: Effect.Effect<void>
}

/**
 * The service key of the port.
 *
 * @example
 * const program = Effect.gen(function* () {
 *   const store = yield* QuotaStore
 *   return yield* store.usage([{ account: "user:ada", window: { kind: "none" }, limit: 100 }])
 * })
 */
export const QuotaStore = Context.Service<QuotaStore>("@tallystick/core/QuotaStore")
