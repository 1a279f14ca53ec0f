/**
 * One account: all that is kept of it.
 */
import type { AccountRow, AdjustmentRow, Window } from "@tallystick/core/machine"

import type { DueIndex } from "./due-index.ts"
import type { Entries } from "./entries.ts"
import type { Queued } from "./queue.ts"

/** An account's row that stays where it is: a new object for each change would be moved by the collector, and leave the old one to it. */
type Overwritten = { -readonly [Field in keyof AccountRow]: AccountRow[Field] }

/**
 * All that is kept of one account: its row and what lies around it, in one object. Of a million accounts each command meets one that no cache holds, and
 * waits once for each object that leads to another one.
 */
export interface Slot extends Overwritten, Queued<Slot> {
  readonly key: string
  /** The store's own: the one of a command is in its answer, and that is its caller's. */
  window: Window
  entries: Entries
  /** Made for the first: most accounts have none, and a map takes 180 bytes. */
  adjustments: Map<string, AdjustmentRow> | undefined
  /** Only while there are holds: an account at rest is one object less to reach for. */
  due: DueIndex | undefined
  /** When to look whether it is forgotten. */
  lookAtMs: number
}

export const newSlot = (key: string, window: Window, account: AccountRow): Slot => ({
  key,
  window,
  entries: undefined,
  adjustments: undefined,
  due: undefined,
  unit: account.unit,
  storedLimit: account.storedLimit,
  open: account.open,
  used: account.used,
  reserved: account.reserved,
  period: account.period,
  startMs: account.startMs,
  endMs: account.endMs,
  revision: account.revision,
  lastMs: account.lastMs,
  leadMs: account.leadMs,
  bornMs: account.bornMs,
  changedMs: account.changedMs,
  resetMs: account.resetMs,
  lookAtMs: account.lastMs,
  before: undefined,
  behind: undefined
})

export const overwriteAccount = (slot: Slot, account: AccountRow): void => {
  slot.unit = account.unit
  slot.storedLimit = account.storedLimit
  slot.open = account.open
  slot.used = account.used
  slot.reserved = account.reserved
  slot.period = account.period
  slot.startMs = account.startMs
  slot.endMs = account.endMs
  slot.revision = account.revision
  slot.lastMs = account.lastMs
  slot.leadMs = account.leadMs
  slot.bornMs = account.bornMs
  slot.changedMs = account.changedMs
  slot.resetMs = account.resetMs
}
