/**
 * Applies a change. Total: it never refuses. `decide` has made sure that what it adds can be added.
 */
import { compareDue } from "./due.ts"
import type { AccountRow, AccountRows, Change, DueDelta, DueRow } from "./rows.ts"

/** A new account's row, before the change that makes it. */
export const blankAccount: AccountRow = {
  unit: null,
  storedLimit: "none",
  open: true,
  used: 0,
  reserved: 0,
  period: 0,
  startMs: null,
  endMs: null,
  revision: 0,
  lastMs: 0,
  leadMs: 0,
  bornMs: 0,
  changedMs: 0,
  resetMs: null
}

/**
 * One account's rows after a change of it.
 *
 * @example
 * const after = changes.reduce(apply, before) // the fold of the changes is the state
 */
export const apply = (rows: AccountRows, change: Change): AccountRows => {
  return {
    account: applyToAccount(rows.account, change),
    entry: change.entry ?? (change.isBirth ? undefined : rows.entry),
    adjustment: change.adjustment ?? (change.isBirth ? undefined : rows.adjustment),
    due: change.isBirth ? addDue(noDue, change.due) : addDue(rows.due, change.due)
  }
}

/**
 * One account's row after a change of it. Field by field: two spreads of objects of many shapes took a tenth of a whole command, this takes a fiftieth.
 */
export const applyToAccount = (row: AccountRow | undefined, change: Change): AccountRow => {
  const { reservedDelta, set, usedDelta } = change
  const account = row === undefined || change.isBirth ? blankAccount : row
  return {
    unit: set.unit === undefined ? account.unit : set.unit,
    storedLimit: set.storedLimit === undefined ? account.storedLimit : set.storedLimit,
    open: set.open === undefined ? account.open : set.open,
    used: account.used + usedDelta,
    reserved: account.reserved + reservedDelta,
    period: set.period === undefined ? account.period : set.period,
    startMs: set.startMs === undefined ? account.startMs : set.startMs,
    endMs: set.endMs === undefined ? account.endMs : set.endMs,
    revision: set.revision === undefined ? account.revision : set.revision,
    lastMs: set.lastMs === undefined ? account.lastMs : set.lastMs,
    leadMs: set.leadMs === undefined ? account.leadMs : set.leadMs,
    bornMs: set.bornMs === undefined ? account.bornMs : set.bornMs,
    changedMs: set.changedMs === undefined ? account.changedMs : set.changedMs,
    resetMs: set.resetMs === undefined ? account.resetMs : set.resetMs
  }
}

const noDue: ReadonlyArray<DueRow> = []

const addDue = (rows: ReadonlyArray<DueRow>, deltas: ReadonlyArray<DueDelta>): ReadonlyArray<DueRow> => {
  if (deltas.length === 0) return rows
  // A birth, or the only hold of its account.
  if (rows.length === 0 && deltas.length === 1) return deltas
  const after = rows.slice()
  for (const delta of deltas) {
    let index = 0
    while (index < after.length && compareDue(after[index]!, delta) < 0) index++
    const found = after[index]
    if (found === undefined) after.push(delta)
    else if (compareDue(found, delta) !== 0) after.splice(index, 0, delta)
    else {
      const sum = addedDue(found, delta)
      if (sum === undefined) after.splice(index, 1)
      else after[index] = sum
    }
  }
  return after
}

/** A due row with a delta added; undefined once it holds nothing. */
export const addedDue = (row: DueRow | undefined, delta: DueDelta): DueRow | undefined => {
  if (row === undefined) return delta
  const count = row.count + delta.count
  if (count === 0) return undefined
  return {
    tickMs: row.tickMs,
    period: row.period,
    count,
    amount: row.amount + delta.amount,
    cost: row.cost + delta.cost
  }
}
