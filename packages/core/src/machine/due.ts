/**
 * Due first: before a command is decided, what is due on its accounts happens as changes of its own: all expiries, tick by tick, then at most one
 * roll. All holds that fall due at one tick expire as one change, so that 100,000 of them cost as much as one.
 */
import type { Settings } from "./constants.ts"
import type { AccountRow, AccountRows, Change, DueRow } from "./rows.ts"
import { isOver } from "./time.ts"
import { isRollDue } from "./windows.ts"
import type { Window } from "./window.ts"

/** The order of due rows: by tick, then by period. */
export const compareDue = (left: DueRow, right: DueRow): number =>
  left.tickMs - right.tickMs || left.period - right.period

/** Whether a hold lives, of any period. */
export const holdsLive = (rows: AccountRows, timeMs: number): boolean =>
  rows.due.length > 0 && !isOver(rows.due[rows.due.length - 1]!.tickMs, timeMs)

/** The earliest deadline of a live hold of the present period. */
export const firstDeadline = (rows: AccountRows, period: number, timeMs: number): number | undefined => {
  for (const row of rows.due) if (row.period === period && !isOver(row.tickMs, timeMs)) return row.tickMs
  return undefined
}

/**
 * Whether an account is forgotten: `unsettledRetention` after its last change, if it is open, has no stored limit, no live hold and, what is due
 * being settled on paper, nothing used. A rule of time, collected or not.
 */
export const isForgottenAccount = (
  rows: AccountRows,
  window: Window,
  nowMs: number,
  timeMs: number,
  settings: Settings
): boolean => {
  const account = rows.account
  if (account === undefined) return true
  if (timeMs < account.changedMs + settings.unsettledRetentionMs) return false
  if (!account.open || account.storedLimit !== "none" || holdsLive(rows, timeMs)) return false
  let { used, changedMs } = account
  for (const row of rows.due) {
    changedMs = Math.max(changedMs, row.tickMs)
    if (row.period === account.period) used += row.cost
  }
  if (timeMs < changedMs + settings.unsettledRetentionMs) return false
  return used === 0 || isRollDue({ ...account, changedMs }, window, nowMs, timeMs, false)
}

/** The next thing that is due, as a change; undefined if nothing is. */
export const nextDue = (
  rows: AccountRows,
  leg: number,
  window: Window,
  nowMs: number,
  timeMs: number
): Change | undefined => {
  const account = rows.account
  if (account === undefined) return undefined
  const first = rows.due[0]
  if (first !== undefined && isOver(first.tickMs, timeMs)) return expired(account, rows.due, leg, first.tickMs)
  if (!isRollDue(account, window, nowMs, timeMs, first !== undefined)) return undefined
  return {
    ...dueChange("rolled", leg, timeMs),
    usedDelta: 0 - account.used,
    reservedDelta: 0 - account.reserved,
    set: { period: account.period + 1, startMs: null, endMs: null, revision: account.revision + 1, changedMs: timeMs }
  }
}

/** All holds of one tick. Only those of the present period move sums. */
const expired = (account: AccountRow, due: ReadonlyArray<DueRow>, leg: number, tickMs: number): Change => {
  let usedDelta = 0
  let reservedDelta = 0
  const gone: Array<DueRow> = []
  for (const row of due) {
    if (row.tickMs !== tickMs) break
    gone.push({ ...row, count: -row.count, amount: 0 - row.amount, cost: 0 - row.cost })
    if (row.period !== account.period) continue
    usedDelta += row.cost
    reservedDelta -= row.amount
  }
  return {
    ...dueChange("expired", leg, tickMs),
    usedDelta,
    reservedDelta,
    set: { revision: account.revision + 1, changedMs: Math.max(account.changedMs, tickMs) },
    due: gone
  }
}

const dueChange = (cause: Change["cause"], leg: number, atMs: number): Change => ({
  cause,
  leg,
  id: null,
  atMs,
  isBirth: false,
  usedDelta: 0,
  reservedDelta: 0,
  set: {},
  due: [],
  entry: undefined,
  adjustment: undefined
})
