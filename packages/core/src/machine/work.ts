/**
 * One leg while its command is decided: the rows as they are after what is due, the account's time, and the changes so far.
 */
import { apply, blankAccount } from "./apply.ts"
import type { AccountRef } from "./command.ts"
import type { Settings } from "./constants.ts"
import { holdsLive, isForgottenAccount, nextDue } from "./due.ts"
import type { LegState } from "./outcome.ts"
import type { AccountRow, AccountRows, AdjustmentRow, Change, Cause, DueDelta, EntryRow } from "./rows.ts"
import { limitInForce } from "./status.ts"
import type { LimitInForce } from "./status.ts"
import { accountTime, isForgottenEntry, isOver } from "./time.ts"
import { openedWindow } from "./windows.ts"

export interface Work<Leg extends AccountRef = AccountRef> {
  readonly leg: Leg
  readonly index: number
  readonly nowMs: number
  readonly timeMs: number
  /** What counts: a forgotten account, entry or adjustment is undefined. `change` replaces them. */
  rows: AccountRows
  state: LegState
  limit: LimitInForce
  changes: Array<Change>
}

/** This leg's rows at `nowMs`, with what is due done. */
export const settle = <Leg extends AccountRef>(
  leg: Leg,
  index: number,
  stored: AccountRows,
  nowMs: number,
  settings: Settings
): Work<Leg> => {
  const timeMs = accountTime(stored.account, nowMs)
  const moved = timed(stored.account, index, nowMs, timeMs)
  const changes: Array<Change> = moved === undefined ? [] : [moved]
  let rows = moved === undefined ? stored : apply(stored, moved)
  if (isForgottenAccount(rows, leg.window, nowMs, timeMs, settings)) {
    rows = nothing
  } else {
    for (
      let due = nextDue(rows, index, leg.window, nowMs, timeMs);
      due !== undefined;
      due = nextDue(rows, index, leg.window, nowMs, timeMs)
    ) {
      changes.push(due)
      rows = apply(rows, due)
    }
    rows = remembered(rows, timeMs, settings)
  }
  return {
    leg,
    index,
    nowMs,
    timeMs,
    rows,
    state: stateOf(rows.entry, timeMs),
    limit: limitInForce(rows.account, leg.limit),
    changes
  }
}

const nothing: AccountRows = { account: undefined, entry: undefined, adjustment: undefined, due: [] }

/** Without the entry and the adjustment that time has made unknown. */
const remembered = (rows: AccountRows, timeMs: number, settings: Settings): AccountRows => {
  const bornMs = rows.account === undefined ? 0 : rows.account.bornMs
  const isEntryGone = rows.entry !== undefined && isForgottenEntry(rows.entry, bornMs, timeMs, settings)
  const isAdjustmentGone = rows.adjustment !== undefined && rows.adjustment.changedMs < bornMs
  if (!isEntryGone && !isAdjustmentGone) return rows
  return {
    ...rows,
    entry: isEntryGone ? undefined : rows.entry,
    adjustment: isAdjustmentGone ? undefined : rows.adjustment
  }
}

const stateOf = (entry: EntryRow | undefined, timeMs: number): LegState => {
  if (entry === undefined) return "none"
  return entry.state === "held" && isOver(entry.deadlineMs, timeMs) ? "expired" : entry.state
}

/** The account's time moves on; undefined if it stands where it was, or there is no row. */
const timed = (account: AccountRow | undefined, leg: number, nowMs: number, timeMs: number): Change | undefined => {
  const leadMs = timeMs - nowMs
  if (account === undefined || (account.lastMs === timeMs && account.leadMs === leadMs)) return undefined
  return {
    cause: "timed",
    leg,
    id: null,
    atMs: timeMs,
    isBirth: false,
    usedDelta: 0,
    reservedDelta: 0,
    set: { lastMs: timeMs, leadMs },
    due: noDue,
    entry: undefined,
    adjustment: undefined
  }
}

/** What a command does to one account. */
export interface Effect {
  readonly cause: Cause
  readonly id: string
  readonly usedDelta?: number
  readonly reservedDelta?: number
  readonly set?: Change["set"] | undefined
  readonly due?: ReadonlyArray<DueDelta>
  readonly entry?: EntryRow
  readonly adjustment?: AdjustmentRow
}

/** Changes the leg, as its own command has it: one revision, and a window is open from then on. */
export const change = (work: Work, effect: Effect): void => {
  const { rows, timeMs } = work
  const account = rows.account
  const done: Change = {
    cause: effect.cause,
    leg: work.index,
    id: effect.id,
    atMs: timeMs,
    isBirth: account === undefined,
    usedDelta: effect.usedDelta ?? 0,
    reservedDelta: effect.reservedDelta ?? 0,
    set: setOf(work, effect.set),
    due: effect.due ?? noDue,
    entry: effect.entry,
    adjustment: effect.adjustment
  }
  work.rows = apply(rows, done)
  work.state = stateOf(work.rows.entry, timeMs)
  if (effect.set?.storedLimit !== undefined) work.limit = limitInForce(work.rows.account, work.leg.limit)
  // A literal has room for one; to push the first would make room for seventeen.
  if (work.changes.length === 0) work.changes = [done]
  else work.changes.push(done)
}

const noDue: ReadonlyArray<DueDelta> = []

/** What else the account's row becomes. */
const setOf = ({ leg, nowMs, rows, timeMs }: Work, asked: Change["set"] | undefined): Change["set"] => {
  const { account } = rows
  const isOpened = leg.window.kind === "none" || (account !== undefined && account.startMs !== null)
  // Most commands: no literal with a spread, which would be a tenth of them.
  if (account !== undefined && isOpened && asked === undefined)
    return { revision: account.revision + 1, changedMs: timeMs }
  return {
    // A new account's revisions start at its birth, so that they never fall, whatever was forgotten before.
    revision: (account === undefined ? timeMs : account.revision) + 1,
    changedMs: timeMs,
    ...(account === undefined ? { bornMs: timeMs, lastMs: timeMs, leadMs: timeMs - nowMs } : undefined),
    ...(isOpened ? undefined : openedWindow(leg.window, nowMs, timeMs)),
    ...asked
  }
}

/** An account takes the unit of the first command that moves its sums; from then on another unit is refused. */
export const firstUnit = (work: Work): Change["set"] | undefined =>
  accountOf(work).unit === null ? { unit: work.leg.unit ?? null } : undefined

/** The account's numbers, also where there is no row. */
export const accountOf = (work: Work): AccountRow => work.rows.account ?? blankAccount

export const liveHolds = (work: Work): boolean => holdsLive(work.rows, work.timeMs)
