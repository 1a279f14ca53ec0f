/**
 * Which window a clock is in, and when an account rolls into the next.
 */
import type { AccountRow } from "./rows.ts"
import type { Window } from "./window.ts"

export interface Bounds {
  readonly startMs: number
  readonly endMs: number
}

/** The window that the plain clock is in; undefined for windows without bounds of their own (`none`, `idle`). */
export const boundsAt = (window: Window, nowMs: number): Bounds | undefined => {
  switch (window.kind) {
    case "none":
    case "idle":
      return undefined
    case "fixed": {
      const startMs = Math.floor(nowMs / window.lengthMs) * window.lengthMs
      return { startMs, endMs: startMs + window.lengthMs }
    }
    case "calendar": {
      const [previous, current, next, after] = window.starts
      if (nowMs < current) return { startMs: previous, endMs: current }
      return nowMs < next ? { startMs: current, endMs: next } : { startMs: next, endMs: after }
    }
  }
}

/** Whether the store's clock lies outside the calendar windows that the command carries. */
export const isOutside = (window: Window, nowMs: number): boolean =>
  window.kind === "calendar" && (nowMs < window.starts[0] || nowMs >= window.starts[3])

/**
 * Whether an account must roll, what is due having expired. Only an open window can end, so that one without a change is never rolled. A clock, or
 * another server's boundaries, less than a window behind do not roll it: a clock that wobbles over midnight would give the limit again each time.
 */
export const isRollDue = (
  account: AccountRow,
  window: Window,
  nowMs: number,
  timeMs: number,
  holdsLive: boolean
): boolean => {
  if (account.startMs === null) return false
  if (window.kind === "idle") return !holdsLive && timeMs >= account.changedMs + window.idleMs
  const bounds = boundsAt(window, nowMs)
  if (bounds === undefined || account.endMs === null) return false
  return nowMs >= account.endMs || bounds.endMs < account.startMs
}

/** What the first change of a new window writes. */
export const openedWindow = (window: Window, nowMs: number, timeMs: number): Pick<AccountRow, "startMs" | "endMs"> => {
  if (window.kind === "none") return { startMs: null, endMs: null }
  return boundsAt(window, nowMs) ?? { startMs: timeMs, endMs: null }
}

/** Time left in the window: null if it never ends. For `idle` the earliest end: if a hold lives, as though it ended now. */
export const resetsInMs = (
  account: AccountRow | undefined,
  window: Window,
  nowMs: number,
  timeMs: number,
  holdsLive: boolean
): number | null => {
  const isOpen = account !== undefined && account.startMs !== null
  if (window.kind === "idle") return isOpen && !holdsLive ? account.changedMs + window.idleMs - timeMs : window.idleMs
  const bounds = boundsAt(window, nowMs)
  if (bounds === undefined) return null
  return (isOpen && account.endMs !== null ? account.endMs : bounds.endMs) - nowMs
}
