/**
 * What happens, told to those without Effect: one callback per kind, each with a plain object.
 */
import type { WhenUnknown } from "../machine/command.ts"
import type { ConflictReason, LegState, RefusalReason } from "../machine/outcome.ts"
import type { WindowName } from "../machine/window.ts"
import type { CallError } from "../store/errors.ts"
import type { UnknownPriceEvent } from "../pricing/estimate.ts"
import type { Denial } from "./denial.ts"
import type { Amounts } from "./limit.ts"
import type { QuotaConflict } from "./errors.ts"

/** A call, the growth of one, or a charge was not admitted. */
export interface DeniedEvent {
  readonly requestId: string
  readonly denial: Denial
  readonly during: "open" | "grow" | "charge"
  /** false: `enforce` is off and the call went on. */
  readonly enforced: boolean
}

/** What one account was debited at an ending. */
export interface DebitEvent {
  readonly requestId: string
  readonly account: string
  readonly window: WindowName
  readonly unit: string
  readonly held: number
  readonly debited: number
  /** max(0, debited - held) */
  readonly overage: number
  /** What `overage: "cap"` left out. */
  readonly unbilled: number
}

/** Why an ending was not counted. */
export type UnsettledReason =
  | { readonly kind: "undelivered"; readonly error: CallError }
  | { readonly kind: "refused"; readonly refusal: RefusalReason }
  | { readonly kind: "conflict"; readonly conflict: ConflictReason }
  /** The store knows nothing of the request: it lost data, or it is long ago. */
  | { readonly kind: "unknown" }
  /** It is so long ago that it may have been counted and forgotten: nothing was debited. */
  | { readonly kind: "undecidable" }
  /** The account's sums contradict its entries: an operator must repair it. */
  | { readonly kind: "corrupt" }

/** A call has ended, and (as far as is known) no account was debited for it. */
export interface UnsettledEvent {
  readonly requestId: string
  readonly reason: UnsettledReason
  /** It is in the journal, and is sent again by `replayJournal`. */
  readonly journaled: boolean
  /** What was to be debited, by unit. */
  readonly amounts: Amounts
}

/** A call succeeded without a word on what it used; `policy` was applied to these units. */
export interface UnmeasuredEvent {
  readonly requestId: string
  readonly units: ReadonlyArray<string>
  readonly policy: WhenUnknown
}

/** The store did not decide, `enforce` is off, and the call went on. */
export interface UndecidedEvent {
  readonly requestId: string
  readonly error: CallError | QuotaConflict
}

/** The store was down, and `insured` let this process admit the call by itself: it is charged when the store is back. */
export interface InsuredEvent {
  readonly requestId: string
  /** What it holds against the bound, by unit. */
  readonly amounts: Amounts
}

/**
 * A reservation that still runs here was ended elsewhere, or its deadline passed. What it uses is counted, late, when
 * it ends.
 */
export interface LostEvent {
  readonly requestId: string
  readonly state: LegState
}

/** The callbacks. None is awaited; one that throws or rejects breaks nothing. */
export interface Observer {
  readonly denied?: ((event: DeniedEvent) => unknown) | undefined
  readonly overage?: ((event: DebitEvent) => unknown) | undefined
  readonly late?: ((event: DebitEvent) => unknown) | undefined
  readonly unsettled?: ((event: UnsettledEvent) => unknown) | undefined
  readonly unmeasured?: ((event: UnmeasuredEvent) => unknown) | undefined
  readonly undecided?: ((event: UndecidedEvent) => unknown) | undefined
  readonly insured?: ((event: InsuredEvent) => unknown) | undefined
  readonly lost?: ((event: LostEvent) => unknown) | undefined
  readonly unknownPrice?: ((event: UnknownPriceEvent) => unknown) | undefined
}
