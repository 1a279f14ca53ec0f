/**
 * The numbers of the machine, each written once. Adapters hand the ones that they need to their Lua or SQL.
 */

/** The largest amount and the largest `used + reserved`: 2^53 - 1, what a double counts exactly. */
export const MAX_AMOUNT = Number.MAX_SAFE_INTEGER

/** Legs of one command. 16 rows are still one short lock, and no facility that we know of needs more than five. */
export const MAX_LEGS = 16

/** UTF-16 code units of an id: at most 768 bytes of UTF-8, far below the 2,704 that a Postgres index row can hold. */
export const MAX_ID_LENGTH = 256

/** UTF-16 code units of a unit's name. */
export const MAX_UNIT_LENGTH = 64

/** Deadlines lie on this grid, rounded up, so that an account has at most one due row per second and period. */
export const GRID_MS = 1_000

/** The longest time to live of a hold, 24 h. A longer call renews; a dead one must not hold for days. */
export const MAX_TTL_MS = 86_400_000

/** The shortest fixed or idle window, 1 s, and the longest, ten years of 365 days. */
export const MIN_WINDOW_MS = 1_000
export const MAX_WINDOW_MS = 315_360_000_000

/** The largest clock reading, 2^52 ms (year 144,683): far from the edge where adding a retention would be inexact. */
export const MAX_CLOCK_MS = 2 ** 52

/** `warnAt` when none is given: 8,000 basis points, 80 % of the limit, as the original service warned. */
export const DEFAULT_WARN_BASIS_POINTS = 8_000

/** How long an ending is remembered (1 h): repeats within it get the same answer. */
export const DEFAULT_SETTLED_RETENTION_MS = 3_600_000

/** How long an expired hold waits for its late finalize (7 days). */
export const DEFAULT_UNSETTLED_RETENTION_MS = 604_800_000

/** The longest that one call may be under way (60 s): what `undecidable` allows for between sending and deciding. */
export const DEFAULT_LONGEST_CALL_MS = 60_000

/** Rows that time has made unknown are collected this much later at the earliest, so that a clock may step back. */
export const COLLECT_AFTER_MS = 3_600_000

/** What the machine must be told besides the command and the time; the same for every command of a store. */
export interface Settings {
  readonly settledRetentionMs: number
  readonly unsettledRetentionMs: number
  readonly longestCallMs: number
}

export const defaultSettings: Settings = {
  settledRetentionMs: DEFAULT_SETTLED_RETENTION_MS,
  unsettledRetentionMs: DEFAULT_UNSETTLED_RETENTION_MS,
  longestCallMs: DEFAULT_LONGEST_CALL_MS
}
