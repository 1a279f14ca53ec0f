/**
 * What a store answers. Plain data, the same from every store; `accounts` and `legs` stand in the order of the command.
 */
import type { WindowName } from "./window.ts"

export type Status = "ok" | "warning" | "blocked"

/** An account's numbers after the command. */
export interface AccountAnswer {
  readonly account: string
  readonly window: WindowName
  /** There is a limit, stored or in the command. If not, all numbers are 0 and the status is `blocked`. */
  readonly known: boolean
  readonly open: boolean
  readonly unit: string | null
  /** null: unlimited, or not known. */
  readonly limit: number | null
  readonly limitFrom: "stored" | "code" | "none"
  readonly used: number
  readonly reserved: number
  /** null: unlimited. */
  readonly spendable: number | null
  readonly debt: number
  readonly status: Status
  /** Orders the changes of this account; it never falls. */
  readonly revision: number
  /** The number of the window: rises by one at each roll. */
  readonly period: number
  /** The account's own time, ms. */
  readonly timeMs: number
  /** Until the window ends; null: never. */
  readonly resetsInMs: number | null
}

export type LegState = "none" | "marked" | "held" | "finalized" | "released" | "expired" | "charged"

/** What one account knows of the request after the command. */
export interface LegAnswer {
  readonly account: string
  readonly window: WindowName
  readonly state: LegState
  /** Held now, or when it ended. */
  readonly held: number
  /** What the call was seen to use so far; null: nothing was measured. */
  readonly measured: number | null
  /** The net debit of its ending (or expiry): 0 while it is held. */
  readonly debited: number
  /** max(0, debited - held). */
  readonly overage: number
  /** What `overage: "cap"` left out. */
  readonly unbilled: number
  /** It was ended after its deadline. */
  readonly late: boolean
  /** It was debited by a finalize with `ifUnknown: "charge"`, without a hold. */
  readonly unreserved: boolean
  /** It belongs to an earlier window than its account is in now. */
  readonly windowPassed: boolean
  /** Until its deadline, while it is held; else null. */
  readonly expiresInMs: number | null
}

/** Why an operation was not admitted, in order of precedence. */
export type RefusalReason = "windowPassed" | "unknown" | "closed" | "unit" | "overflow" | "limit"

/** One account that refused. */
export interface Refusal {
  readonly account: string
  readonly window: WindowName
  readonly unit: string | null
  readonly asked: number
  /** What was left (spendable); null: unlimited. */
  readonly left: number | null
  readonly limit: number | null
  /** When trying again can help; null: never. */
  readonly retryInMs: number | null
}

/** Why an id's history stands in the way, in order of precedence. */
export type ConflictReason = "ended" | "legs" | "content"

interface Common {
  readonly command: "reserve" | "extend" | "finalize" | "release" | "charge" | "adjust" | "lookup"
  readonly id: string
  /** Whether this operation was admitted; nothing else. */
  readonly granted: boolean
  /** The decision is that of an earlier command with this id; nothing was admitted, debited or given back now. */
  readonly replayed: boolean
  readonly accounts: ReadonlyArray<AccountAnswer>
  /** Empty for `adjust`. */
  readonly legs: ReadonlyArray<LegAnswer>
}

interface Insurable {
  /** Only from `insured`: the store was down, and this process admitted it by itself. */
  readonly insured?: true | undefined
}

interface Refused {
  /** The rank of the refusal; all accounts of that rank are named, in byte order of their ids. */
  readonly reason: RefusalReason
  readonly refusals: ReadonlyArray<Refusal>
  /** The latest of the accounts' times; null (never) wins. */
  readonly retryInMs: number | null
}

export interface Granted extends Common, Insurable {
  readonly _tag: "Granted"
}

/** Nothing was taken: by `reserve`, `charge`, `adjust`, or (unit, overflow, unknown) by an ending. */
export interface Denied extends Common, Refused {
  readonly _tag: "Denied"
}

/** Renewal and measures took effect. `grown` is false if growth was asked and denied: then `denial` says why. */
export interface Extended extends Common, Insurable {
  readonly _tag: "Extended"
  readonly grown: boolean
  readonly denial: Refused | null
}

export interface Finalized extends Common {
  readonly _tag: "Finalized"
}

export interface Released extends Common {
  readonly _tag: "Released"
}

export interface Charged extends Common {
  readonly _tag: "Charged"
}

export interface Adjusted extends Common {
  readonly _tag: "Adjusted"
}

/** The answer of `lookup` to an id that an account knows. */
export interface Found extends Common {
  readonly _tag: "Found"
}

/** No account knows the id (or only a mark of it). */
export interface Unknown extends Common {
  readonly _tag: "Unknown"
}

/** `extend` came after an ending, on at least one account. */
export interface Ended extends Common {
  readonly _tag: "Ended"
}

export interface Conflict extends Common {
  readonly _tag: "Conflict"
  readonly reason: ConflictReason
}

/** A finalize of an unknown id that was first sent so long ago that it may have been finalized and forgotten. */
export interface Undecidable extends Common {
  readonly _tag: "Undecidable"
}

/** `clock`: the store's clock lies outside the calendar windows that the command carries. `memory`: the store's memory is full. */
export type NotAppliedReason = "clock" | "memory"

/** Nothing happened. */
export interface NotApplied extends Common {
  readonly _tag: "NotApplied"
  readonly reason: NotAppliedReason
}

/** This account's sums contradict its entries; nothing happened. An operator must repair it. */
export interface Corrupt extends Common {
  readonly _tag: "Corrupt"
  readonly account: string
  readonly window: WindowName
}

export type Outcome =
  | Granted
  | Denied
  | Extended
  | Finalized
  | Released
  | Charged
  | Adjusted
  | Found
  | Unknown
  | Ended
  | Conflict
  | Undecidable
  | NotApplied
  | Corrupt
