/**
 * The four kinds of rows in maps, one slot per account, and the queues of what time will make unknown.
 */
import { accountKey, applyToAccount, dueNeeded, keysOf } from "@tallystick/core/machine"
import type {
  AccountRef,
  AccountRow,
  AccountRows,
  AdjustmentRow,
  Command,
  Decided,
  DueDelta,
  DueRow,
  EntryRow,
  Window
} from "@tallystick/core/machine"

import { DueIndex } from "./due-index.ts"
import { Queue } from "./queue.ts"
import type { Queued } from "./queue.ts"

/** One entry, in the queue of the open or of the settled ones. */
export interface Remembered extends Queued<Remembered> {
  readonly slot: Slot
  readonly id: string
  row: EntryRow
}

/** All rows of one account. `lookAtMs`: when to look whether it is forgotten. */
export interface Slot extends Queued<Slot> {
  readonly key: string
  window: Window
  readonly account: Overwritten
  readonly entries: Map<string, Remembered>
  /** Made for the first: most accounts have none, and a map takes 180 bytes. */
  adjustments: Map<string, AdjustmentRow> | undefined
  /** Only while there are holds: an account at rest is one object less to reach for. */
  due: DueIndex | undefined
  lookAtMs: number
}

/** An account's row that stays where it is: a new object for each change would be moved by the collector, and leave the old one to it. */
type Overwritten = { -readonly [Field in keyof AccountRow]: AccountRow[Field] }

const overwrite = (row: Overwritten, account: AccountRow): void => {
  row.unit = account.unit
  row.storedLimit = account.storedLimit
  row.open = account.open
  row.used = account.used
  row.reserved = account.reserved
  row.period = account.period
  row.startMs = account.startMs
  row.endMs = account.endMs
  row.revision = account.revision
  row.lastMs = account.lastMs
  row.leadMs = account.leadMs
  row.bornMs = account.bornMs
  row.changedMs = account.changedMs
  row.resetMs = account.resetMs
}

/** What was fetched of one account, and where it lies, so that it is written without looking for it again. */
export interface Fetched extends AccountRows {
  readonly key: string
  readonly window: Window
  slot: Slot | undefined
  remembered: Remembered | undefined
}

export class Tables {
  readonly slots = new Map<string, Slot>()
  readonly accounts = new Queue<Slot>()
  /** Held or expired. */
  readonly open = new Queue<Remembered>()
  readonly settled = new Queue<Remembered>()

  /** What `decide` needs of each leg. */
  fetch(command: Command, nowMs: number): ReadonlyArray<Fetched> {
    const { accounts, adjustment, request } = keysOf(command)
    const ttlMs = command.kind === "reserve" || command.kind === "extend" ? command.ttlMs : undefined
    return accounts.map((key, leg) => this.#fetch(key, command.legs[leg]!.window, request, adjustment, ttlMs, nowMs))
  }

  /** What a read needs of each account. */
  fetchAccounts(accounts: ReadonlyArray<AccountRef>, nowMs: number): ReadonlyArray<AccountRows> {
    return accounts.map((account) => this.#fetch(accountKey(account), account.window, null, null, undefined, nowMs))
  }

  rowsOf(slot: Slot, nowMs: number): AccountRows {
    return {
      account: slot.account,
      entry: undefined,
      adjustment: undefined,
      due: dueOf(slot, undefined, undefined, nowMs)
    }
  }

  #fetch(
    key: string,
    window: Window,
    request: string | null,
    adjustment: string | null,
    ttlMs: number | undefined,
    nowMs: number
  ): Fetched {
    const slot = this.slots.get(key)
    const remembered = request === null ? undefined : slot?.entries.get(request)
    const entry = remembered?.row
    return {
      account: slot?.account,
      entry,
      adjustment: adjustment === null ? undefined : slot?.adjustments?.get(adjustment),
      due: slot === undefined ? noDue : dueOf(slot, entry, ttlMs, nowMs),
      key,
      window,
      slot,
      remembered
    }
  }

  /**
   * Writes what the machine decided to where the rows were fetched. The machine has applied the changes to the accounts already; only of a forgotten one
   * it keeps none, and what moves there is its time.
   */
  write(fetched: ReadonlyArray<Fetched>, { changes, works }: Decided): void {
    for (const change of changes) {
      const at = fetched[change.leg]!
      const account = works[change.leg]?.rows.account ?? applyToAccount(at.slot?.account, change)
      const slot = (at.slot ??= this.#newSlot(at.key, at.window, account))
      overwrite(slot.account, account)
      slot.window = at.window
      if (change.isBirth) {
        this.#forgetAllOf(slot)
        at.remembered = undefined
      }
      if (change.due.length > 0) addDue(slot, change.due)
      if (change.entry !== undefined) at.remembered = this.#remember(slot, change.id!, change.entry, at.remembered)
      if (change.adjustment !== undefined) (slot.adjustments ??= new Map()).set(change.id!, change.adjustment)
    }
  }

  #newSlot(key: string, window: Window, account: AccountRow): Slot {
    const slot: Slot = {
      key,
      window,
      account: { ...account },
      entries: new Map(),
      adjustments: undefined,
      due: undefined,
      lookAtMs: account.lastMs,
      before: undefined,
      behind: undefined
    }
    this.slots.set(key, slot)
    this.accounts.push(slot)
    return slot
  }

  #remember(slot: Slot, id: string, row: EntryRow, known: Remembered | undefined): Remembered {
    if (known === undefined) {
      const remembered: Remembered = { slot, id, row, before: undefined, behind: undefined }
      slot.entries.set(id, remembered)
      this.#queueOf(row).push(remembered)
      return remembered
    }
    this.#queueOf(known.row).remove(known)
    known.row = row
    this.#queueOf(row).push(known)
    return known
  }

  #queueOf(row: EntryRow): Queue<Remembered> {
    return row.state === "held" ? this.open : this.settled
  }

  forgetEntry(remembered: Remembered): void {
    this.#queueOf(remembered.row).remove(remembered)
    remembered.slot.entries.delete(remembered.id)
  }

  forgetAccount(slot: Slot): void {
    this.#forgetAllOf(slot)
    this.accounts.remove(slot)
    this.slots.delete(slot.key)
  }

  #forgetAllOf(slot: Slot): void {
    for (const remembered of slot.entries.values()) this.#queueOf(remembered.row).remove(remembered)
    slot.entries.clear()
    slot.adjustments = undefined
    slot.due = undefined
  }
}

const noDue: ReadonlyArray<DueRow> = []

const addDue = (slot: Slot, deltas: ReadonlyArray<DueDelta>): void => {
  const due = (slot.due ??= new DueIndex())
  for (const delta of deltas) due.add(delta)
  if (due.size === 0) slot.due = undefined
}

/** Rows of an account that are fetched whole: to find out which of them a command needs costs more. Most accounts have fewer. */
const FEW = 4

const dueOf = (
  { account, due }: Slot,
  entry: EntryRow | undefined,
  ttlMs: number | undefined,
  nowMs: number
): ReadonlyArray<DueRow> => {
  if (due === undefined) return noDue
  return due.size <= FEW ? due.all() : due.fetch(dueNeeded(account, entry, ttlMs, nowMs))
}
