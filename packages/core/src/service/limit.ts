/**
 * What users pass: limits, and amounts by unit.
 */
import type { Settle, WarnAt } from "../machine/command.ts"
import type { CalendarUnit } from "../machine/window.ts"

/**
 * When a limit starts anew. Absent: never.
 *
 * - `"day"`, `"week"` (from Monday), `"month"`: of the calendar in UTC
 * - `{ calendar, timeZone }`: of the calendar in an IANA time zone (default UTC)
 * - `{ fixedMs }`: windows of this length, counted from the epoch; 1 s to ten years
 * - `{ idleMs }`: after a silence of this length; 1 s to ten years
 */
export type LimitWindow =
  | CalendarUnit
  | { readonly calendar: CalendarUnit; readonly timeZone?: string | undefined }
  | { readonly fixedMs: number }
  | { readonly idleMs: number }

/** Which account: an id and a window, for a user's daily and monthly limit are two accounts. */
export interface AccountName {
  /** 1 to 256 characters: `user:ada`. */
  readonly account: string
  readonly window?: LimitWindow | undefined
}

/** An account as a read names it. `limit` and `unit` may be left out where the store has them. */
export interface AccountQuery extends AccountName {
  readonly unit?: string | undefined
  readonly limit?: number | null | undefined
  readonly warnAt?: WarnAt | undefined
}

/**
 * A limit that a call must fit into.
 *
 * @example
 * const daily: Limit = { account: "user:ada", unit: "tokens", limit: 50_000, window: "day" }
 */
export interface Limit extends AccountName {
  /** `tokens`, `microusd`, `requests`, `streams`, or your own. An account has one. */
  readonly unit: string
  /** 0 to 2^53 - 1; null: unlimited. Absent: the one that `setLimit` stored, which also wins over one given here. */
  readonly limit?: number | null | undefined
  /** From which amount on the status is `warning`. Default: 80 % of the limit. */
  readonly warnAt?: WarnAt | undefined
  /**
   * What the end of a call debits. Default: `held` for `requests`, `none` for `streams`, `actual` for every other
   * unit.
   */
  readonly settle?: Settle | undefined
}

/** Amounts by unit: `{ tokens: 4_000, microusd: 1_500 }`. Integers. */
export type Amounts = Readonly<Record<string, number>>
