/**
 * How far time jumps: mostly to an edge (a deadline, the end of a window, a retention) or a round time; sometimes back.
 */
import { COLLECT_AFTER_MS } from "@tallystick/core/machine"
import type { Settings } from "@tallystick/core/machine"

const SECOND = 1_000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** All jumps ahead of one run, together: far below the 30 days of the ending, so that only the ending is so long a silence. */
const MAX_AHEAD_MS = 12 * DAY

/** Where the clock also steps back, nothing may be forgotten: below the 7 days of `unsettledRetention`. */
const MAX_WOBBLY_AHEAD_MS = 6 * DAY

/** Rows are collected an hour after they became unknown, so a clock may step back by no more than that, in all. */
const MAX_BACK_MS = COLLECT_AFTER_MS

const ahead: ReadonlyArray<number> = [
  SECOND,
  1,
  10 * SECOND,
  500,
  30 * SECOND,
  5 * SECOND,
  MINUTE,
  5 * MINUTE,
  HOUR,
  3 * HOUR,
  DAY,
  2 * DAY
]
const back: ReadonlyArray<number> = [SECOND, 1, 10 * SECOND, MINUTE, 10 * MINUTE, 30 * MINUTE]

/** What time can jump to. */
export interface TimeEdges {
  readonly deadlinesInMs: ReadonlyArray<number>
  readonly resetsInMs: ReadonlyArray<number>
  readonly settings: Settings
}

export interface Budget {
  aheadMs: number
  backMs: number
}

export const newBudget = (isWobbly: boolean): Budget =>
  isWobbly ? { aheadMs: MAX_WOBBLY_AHEAD_MS, backMs: MAX_BACK_MS } : { aheadMs: MAX_AHEAD_MS, backMs: 0 }

/** By how much, in ms. Takes it from the budget; 0 once that is used up. */
export const jumpOf = (number: number, nudge: number, edges: TimeEdges, budget: Budget): number => {
  const wanted =
    number >= 232 ? -back[number % back.length]! : forward(number, edges) + (nudge < 208 ? 0 : nudge < 232 ? -1 : 1)
  if (wanted < 0) {
    const by = Math.min(-wanted, budget.backMs)
    budget.backMs -= by
    return by === 0 ? 0 : -by
  }
  const by = Math.min(wanted, budget.aheadMs)
  budget.aheadMs -= by
  return by
}

const forward = (number: number, { deadlinesInMs, resetsInMs, settings }: TimeEdges): number => {
  if (number < 96) return ahead[number % ahead.length]!
  // A window that ends before what it holds: half of the edges go there, for little else makes a hold of an earlier window.
  const outlived = resetsInMs.filter((resetMs) => deadlinesInMs.some((deadlineMs) => deadlineMs > resetMs))
  if (number < 200 && number % 2 === 0 && outlived.length > 0) return outlived[(number >> 1) % outlived.length]!
  if (number < 148) return deadlinesInMs.length === 0 ? SECOND : deadlinesInMs[number % deadlinesInMs.length]!
  if (number < 200) return resetsInMs.length === 0 ? 10 * SECOND : resetsInMs[number % resetsInMs.length]!
  if (number < 212) return settings.settledRetentionMs
  if (number < 220) return settings.unsettledRetentionMs
  return settings.settledRetentionMs - settings.longestCallMs
}
