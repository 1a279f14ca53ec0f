/**
 * Window definitions. Part of an account's identity: a user's daily and monthly limit are two accounts.
 */

/** Never ends. */
export interface NoWindow {
  readonly kind: "none"
}

/** Windows of a fixed length, counted from the epoch, by the store's plain clock. */
export interface FixedWindow {
  readonly kind: "fixed"
  readonly lengthMs: number
}

/** Ends after a silence of this length, counted in the account's own time. */
export interface IdleWindow {
  readonly kind: "idle"
  readonly idleMs: number
}

export type CalendarUnit = "day" | "week" | "month"

/**
 * A day, a week (from Monday) or a month in a time zone. `starts` are the starts of the windows around the caller's time:
 * previous, current, next, and the one after (where `next` ends). The store takes the one that its own clock falls in.
 */
export interface CalendarWindow {
  readonly kind: "calendar"
  readonly every: CalendarUnit
  readonly timeZone: string
  readonly starts: readonly [number, number, number, number]
}

/** A window as a command carries it. */
export type Window = NoWindow | FixedWindow | IdleWindow | CalendarWindow

/** A window as an answer names it: only what identifies the account. */
export type WindowName = NoWindow | FixedWindow | IdleWindow | Omit<CalendarWindow, "starts">
