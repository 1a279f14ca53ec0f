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
  /** What counts: a forgotten account, entry or adjustment is undefined. */
  readonly rows: AccountRows
  readonly state: LegState
  readonly limit: LimitInForce
  readonly changes: ReadonlyArray<Change>
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
  const changes: Array<Change> = []
  let rows = stored
  const step = (change: Change): void => {
    changes.push(change)
    rows = apply(rows, change)
  }
  const account = stored.account
  if (account !== undefined && (account.lastMs !== timeMs || account.leadMs !== timeMs - nowMs))
    step(timed(index, nowMs, timeMs))
  if (isForgottenAccount(rows, leg.window, nowMs, timeMs, settings)) {
    rows = nothing
  } else {
    for (
      let due = nextDue(rows, index, leg.window, nowMs, timeMs);
      due !== undefined;
      due = nextDue(rows, index, leg.window, nowMs, timeMs)
    ) {
      step(due)
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

const timed = (leg: number, nowMs: number, timeMs: number): Change => ({
  cause: "timed",
  leg,
  id: null,
  atMs: timeMs,
  isBirth: false,
  usedDelta: 0,
  reservedDelta: 0,
  set: { lastMs: timeMs, leadMs: timeMs - nowMs },
  due: [],
  entry: undefined,
  adjustment: undefined
})

/** What a command does to one account. */
export interface Effect {
  readonly cause: Cause
  readonly id: string
  readonly usedDelta?: number
  readonly reservedDelta?: number
  readonly set?: Partial<AccountRow>
  readonly due?: ReadonlyArray<DueDelta>
  readonly entry?: EntryRow
  readonly adjustment?: AdjustmentRow
}

/** The leg after a change by its own command: one revision, and a window is open from then on. */
export const change = <Leg extends AccountRef>(work: Work<Leg>, effect: Effect): Work<Leg> => {
  const { rows, timeMs, leg } = work
  const account = rows.account
  const isOpened = account !== undefined && account.startMs !== null
  const done: Change = {
    cause: effect.cause,
    leg: work.index,
    id: effect.id,
    atMs: timeMs,
    isBirth: account === undefined,
    usedDelta: effect.usedDelta ?? 0,
    reservedDelta: effect.reservedDelta ?? 0,
    set: setOf(work, effect, isOpened),
    due: effect.due ?? noDue,
    entry: effect.entry,
    adjustment: effect.adjustment
  }
  const after = apply(rows, done)
  return {
    leg,
    index: work.index,
    nowMs: work.nowMs,
    timeMs,
    rows: after,
    state: stateOf(after.entry, timeMs),
    limit: limitInForce(after.account, leg.limit),
    changes: work.changes.length === 0 ? [done] : [...work.changes, done]
  }
}

const noDue: ReadonlyArray<DueDelta> = []

type AccountSet = { -readonly [Field in keyof Change["set"]]: Change["set"][Field] }

/** What else the account's row becomes. */
const setOf = (work: Work, effect: Effect, isOpened: boolean): Change["set"] => {
  const { leg, nowMs, rows, timeMs } = work
  const account = rows.account
  // A new account's revisions start at its birth, so that they never fall, whatever was forgotten before.
  const set: AccountSet = { revision: (account === undefined ? timeMs : account.revision) + 1, changedMs: timeMs }
  if (account === undefined) {
    set.bornMs = timeMs
    set.lastMs = timeMs
    set.leadMs = timeMs - nowMs
  }
  if (!isOpened) {
    const { endMs, startMs } = openedWindow(leg.window, nowMs, timeMs)
    set.startMs = startMs
    set.endMs = endMs
  }
  return effect.set === undefined ? set : Object.assign(set, effect.set)
}

/** The account's numbers, also where there is no row. */
export const accountOf = (work: Work): AccountRow => work.rows.account ?? blankAccount

export const liveHolds = (work: Work): boolean => holdsLive(work.rows, work.timeMs)
