/**
 * Time of accounts and of holds.
 *
 * An account has a time of its own that never goes back and never stands still: a clock that was ten years ahead for a second must not keep holds
 * alive for ten years, nor bring expired ones back.
 */
import { GRID_MS } from "./constants.ts"
import type { Settings } from "./constants.ts"
import type { AccountRow, EntryRow } from "./rows.ts"

/** `time = max(now + lead, last)`; without a row the store's clock. */
export const accountTime = (account: AccountRow | undefined, nowMs: number): number =>
  account === undefined ? nowMs : Math.max(nowMs + account.leadMs, account.lastMs)

/** A deadline: `time + ttl`, rounded up to the grid. */
export const deadlineOf = (timeMs: number, ttlMs: number): number => Math.ceil((timeMs + ttlMs) / GRID_MS) * GRID_MS

/** The one predicate of expiry: the deadline is over if and only if the account's time has reached it. */
export const isOver = (deadlineMs: number, timeMs: number): boolean => timeMs >= deadlineMs

/**
 * Whether time has made an entry unknown: a settled one by `settledRetention` after its last change, an expired and unsettled one by
 * `unsettledRetention` after its deadline, any one that was written before its account was born.
 */
export const isForgottenEntry = (entry: EntryRow, bornMs: number, timeMs: number, settings: Settings): boolean =>
  entry.changedMs < bornMs ||
  timeMs >=
    (entry.state === "held"
      ? entry.deadlineMs + settings.unsettledRetentionMs
      : entry.changedMs + settings.settledRetentionMs)
