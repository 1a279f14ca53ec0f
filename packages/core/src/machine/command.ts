/**
 * What a store can be asked. Plain data; `readCommand` copies and checks what comes from outside.
 */
import type { Window } from "./window.ts"

/** What the ending of a leg debits: what the call used, nothing (a slot), or all that was held (a count). */
export type Settle = "actual" | "none" | "held"

/** What an `actual` leg costs when nobody ever says. From dearest: the whole hold, what was measured, nothing. */
export type WhenUnknown = "charge-held" | "charge-measured" | "refund"

/** `debit` takes the whole actual, also above the limit; `cap` takes what hold and limit allow and reports the rest. */
export type Overage = "debit" | "cap"

/** From which amount on the status is `warning`: an amount, or basis points of the limit. */
export type WarnAt = { readonly amount: number } | { readonly basisPoints: number }

/** One account as a command names it, with what lives in code. `limit`: null is unlimited, absent is "the stored one". */
export interface AccountTerms {
  readonly account: string
  readonly window: Window
  readonly unit: string
  readonly limit?: number | null | undefined
  readonly warnAt?: WarnAt | undefined
}

/** An account as a read names it: the unit may be unknown. */
export interface AccountRef extends Omit<AccountTerms, "unit"> {
  readonly unit?: string | undefined
}

export interface ReserveLeg extends AccountTerms {
  /** Integer from 1 to 2^53 - 1. */
  readonly amount: number
  readonly settle: Settle
}

export interface ExtendLeg extends AccountTerms {
  /** The new total to hold (integer, 0 to 2^53 - 1), only for `actual` legs. Lower than today's hold changes nothing. */
  readonly total?: number | undefined
  /** What the call has used so far, only for `actual` legs. Lower than what was measured changes nothing. */
  readonly measured?: number | undefined
}

export interface FinalizeLeg extends AccountTerms {
  /** What the call used (integer, 0 to 2^53 - 1): on exactly the `actual` legs. */
  readonly actual?: number | undefined
}

export interface ChargeLeg extends AccountTerms {
  /** Integer from 0 to 2^53 - 1. */
  readonly amount: number
}

export interface Reserve {
  readonly kind: "reserve"
  readonly id: string
  readonly ttlMs: number
  readonly legs: ReadonlyArray<ReserveLeg>
}

export interface Extend {
  readonly kind: "extend"
  readonly id: string
  readonly ttlMs?: number | undefined
  readonly whenUnknown?: WhenUnknown | undefined
  readonly legs: ReadonlyArray<ExtendLeg>
}

export interface Finalize {
  readonly kind: "finalize"
  readonly id: string
  readonly overage: Overage
  readonly ifUnknown: "mark" | "charge"
  /** How long ago this finalize was first sent, ms. Only read with `ifUnknown: "charge"`. */
  readonly sentAgoMs: number
  readonly legs: ReadonlyArray<FinalizeLeg>
}

export interface Release {
  readonly kind: "release"
  readonly id: string
  readonly legs: ReadonlyArray<AccountTerms>
}

export interface Charge {
  readonly kind: "charge"
  readonly id: string
  readonly legs: ReadonlyArray<ChargeLeg>
}

/** An operator's change. `setLimit`: a number, null for unlimited, or "code" to go back to the limit in code. */
export type Adjustment =
  | { readonly kind: "setLimit"; readonly limit: number | null | "code" }
  | { readonly kind: "credit"; readonly amount: number }
  | { readonly kind: "reset" }
  | { readonly kind: "close" }
  | { readonly kind: "reopen" }

export interface Adjust {
  readonly kind: "adjust"
  /** A space of its own, per account: it acts once for as long as the account is kept. */
  readonly id: string
  readonly adjustment: Adjustment
  /** Exactly one. Its unit is required where the account has none yet. */
  readonly legs: readonly [AccountRef]
}

export interface Lookup {
  readonly kind: "lookup"
  readonly id: string
  readonly legs: ReadonlyArray<AccountRef>
}

export type Command = Reserve | Extend | Finalize | Release | Charge | Adjust | Lookup
