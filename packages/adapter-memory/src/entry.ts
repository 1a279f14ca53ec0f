/**
 * One entry: its row, and where it hangs.
 */
import type { EntryRow } from "@tallystick/core/machine"

import type { Queued } from "./queue.ts"
import type { Slot } from "./slot.ts"

/** A row that stays where it is, as an account's does. It is in the queue of the open or of the settled ones. */
export interface Remembered extends Overwritten, Queued<Remembered> {
  slot: Slot
  id: string
  /** The next of its chain, if it is in one. */
  next: Remembered | undefined
}

type Overwritten = { -readonly [Field in keyof EntryRow]: EntryRow[Field] }

export const newEntry = (slot: Slot, id: string, row: EntryRow): Remembered => ({
  slot,
  id,
  next: undefined,
  command: row.command,
  state: row.state,
  accounts: row.accounts,
  digest: row.digest,
  settle: row.settle,
  amount: row.amount,
  held: row.held,
  measured: row.measured,
  whenUnknown: row.whenUnknown,
  deadlineMs: row.deadlineMs,
  expiryCost: row.expiryCost,
  period: row.period,
  createdMs: row.createdMs,
  changedMs: row.changedMs,
  debited: row.debited,
  actual: row.actual,
  overage: row.overage,
  unbilled: row.unbilled,
  late: row.late,
  before: undefined,
  behind: undefined
})

/** A forgotten one as a new one: it is in no chain and no queue. */
export const renewedEntry = (spare: Remembered, slot: Slot, id: string, row: EntryRow): Remembered => {
  spare.slot = slot
  spare.id = id
  spare.next = undefined
  overwriteEntry(spare, row)
  return spare
}

/** An ending leaves the texts as they are. To write a young one into an old entry is noted for the collector, each time: a twentieth of a pair. */
export const overwriteEntry = (entry: Remembered, row: EntryRow): void => {
  entry.command = row.command
  entry.state = row.state
  if (entry.accounts !== row.accounts) entry.accounts = row.accounts
  if (entry.digest !== row.digest) entry.digest = row.digest
  entry.settle = row.settle
  entry.amount = row.amount
  entry.held = row.held
  entry.measured = row.measured
  entry.whenUnknown = row.whenUnknown
  entry.deadlineMs = row.deadlineMs
  entry.expiryCost = row.expiryCost
  entry.period = row.period
  entry.createdMs = row.createdMs
  entry.changedMs = row.changedMs
  entry.debited = row.debited
  entry.actual = row.actual
  entry.overage = row.overage
  entry.unbilled = row.unbilled
  entry.late = row.late
}
