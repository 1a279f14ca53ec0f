/**
 * The four kinds of rows, with the same names and fields here, in the memory adapter's maps, in Redis and in SQL, and the changes between them.
 */
import type { Overage, Settle, WhenUnknown } from "./command.ts"

/** "none": the limit lives in code. */
export type StoredLimit = number | "unlimited" | "none"

/** One account. Key: the account. */
export interface AccountRow {
  /** null: only marked so far. */
  readonly unit: string | null
  readonly storedLimit: StoredLimit
  readonly open: boolean
  readonly used: number
  readonly reserved: number
  readonly period: number
  /** Start of the open window; null: no window is open (or the account has none). */
  readonly startMs: number | null
  /** End of the open window; null for `idle`, whose end is not known ahead, and where no window is open. */
  readonly endMs: number | null
  readonly revision: number
  /** The account's time when it was last touched, and by how much that was ahead of the store's clock. */
  readonly lastMs: number
  readonly leadMs: number
  readonly bornMs: number
  readonly changedMs: number
  /** Time of the last `reset`; null: never. */
  readonly resetMs: number | null
}

/** What one account knows of one request. Key: account and request id. *Expired* is read off the deadline, never stored. */
export interface EntryRow {
  readonly command: "reserve" | "charge" | "finalize" | "release"
  readonly state: "marked" | "held" | "finalized" | "released" | "charged"
  /** The set of the reservation's accounts, and a digest of all its legs. */
  readonly accounts: string
  readonly digest: string
  readonly settle: Settle
  readonly amount: number
  /** Held now, or when it ended. */
  readonly held: number
  readonly measured: number | null
  /** null: never set. */
  readonly whenUnknown: WhenUnknown | null
  readonly deadlineMs: number
  /** What its expiry would cost (or did). */
  readonly expiryCost: number
  readonly period: number
  readonly createdMs: number
  readonly changedMs: number
  /** How it ended. */
  readonly debited: number
  readonly actual: number | null
  readonly overage: Overage
  readonly unbilled: number
  readonly late: boolean
}

/** The live holds of one account and period that fall due at one tick. Key: account, tick, period. */
export interface DueRow {
  readonly tickMs: number
  readonly period: number
  readonly count: number
  readonly amount: number
  readonly cost: number
}

/** An operator's change that took effect. Key: account and its id. */
export interface AdjustmentRow {
  readonly digest: string
  readonly changedMs: number
}

/**
 * All that one command needs to know of one of its accounts. `due` holds, in order of tick, the rows that `dueNeeded` asks for.
 */
export interface AccountRows {
  readonly account: AccountRow | undefined
  readonly entry: EntryRow | undefined
  readonly adjustment: AdjustmentRow | undefined
  readonly due: ReadonlyArray<DueRow>
}

export type Cause =
  | "timed"
  | "expired"
  | "rolled"
  | "reserved"
  | "extended"
  | "finalized"
  | "released"
  | "marked"
  | "charged"
  | "adjusted"

/** What is added to a due row; one whose count comes to 0 is gone. */
export type DueDelta = DueRow

/**
 * One change of one account. The list of them, without `timed`, is the ledger: `used` and `reserved` are the sums of its deltas since the last roll.
 */
export interface Change {
  readonly cause: Cause
  /** Which leg of the command this account is. */
  readonly leg: number
  /** The request or adjustment that caused it; null: time did. */
  readonly id: string | null
  /** The account's time; of an expiry its tick. */
  readonly atMs: number
  /** The account has no row, or one that is forgotten: it begins with a blank one, and what there was of it goes. */
  readonly isBirth: boolean
  readonly usedDelta: number
  readonly reservedDelta: number
  /** What else the account's row becomes. */
  readonly set: Partial<Omit<AccountRow, "used" | "reserved">>
  readonly due: ReadonlyArray<DueDelta>
  readonly entry: EntryRow | undefined
  readonly adjustment: AdjustmentRow | undefined
}
