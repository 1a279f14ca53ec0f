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
  const account = change.isBirth ? blankAccount : (rows.account ?? blankAccount)
  return {
    account: {
      ...account,
      ...change.set,
      used: account.used + change.usedDelta,
      reserved: account.reserved + change.reservedDelta
    },
    entry: change.entry ?? (change.isBirth ? undefined : rows.entry),
    adjustment: change.adjustment ?? (change.isBirth ? undefined : rows.adjustment),
    due: change.due.length === 0 && !change.isBirth ? rows.due : addDue(change.isBirth ? [] : rows.due, change.due)
  }
}

const addDue = (rows: ReadonlyArray<DueRow>, deltas: ReadonlyArray<DueDelta>): ReadonlyArray<DueRow> => {
  const after = [...rows]
  for (const delta of deltas) {
    const index = after.findIndex((row) => compareDue(row, delta) >= 0)
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
  return { ...row, count, amount: row.amount + delta.amount, cost: row.cost + delta.cost }
}
