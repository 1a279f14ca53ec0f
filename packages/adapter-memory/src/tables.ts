/**
 * The four kinds of rows in maps, one slot per account, and the queues of what time will make unknown.
 */
import { accountKey, applyToAccount, dueNeeded, keysOf } from "@tallystick/core/machine"
import type {
  AccountRef,
  AccountRow,
  AccountRows,
  AdjustmentRow,
  Change,
  Command,
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
  account: AccountRow
  readonly entries: Map<string, Remembered>
  readonly adjustments: Map<string, AdjustmentRow>
  readonly due: DueIndex
  lookAtMs: number
}

export class Tables {
  readonly slots = new Map<string, Slot>()
  readonly accounts = new Queue<Slot>()
  /** Held or expired. */
  readonly open = new Queue<Remembered>()
  readonly settled = new Queue<Remembered>()

  /** What `decide` needs of each leg. */
  fetch(command: Command, nowMs: number): ReadonlyArray<AccountRows> {
    const keys = keysOf(command)
    const ttlMs = command.kind === "reserve" || command.kind === "extend" ? command.ttlMs : undefined
    return keys.accounts.map((key) => this.#rowsOf(this.slots.get(key), keys.request, keys.adjustment, ttlMs, nowMs))
  }

  /** What a read needs of each account. */
  fetchAccounts(accounts: ReadonlyArray<AccountRef>, nowMs: number): ReadonlyArray<AccountRows> {
    return accounts.map((account) => this.#rowsOf(this.slots.get(accountKey(account)), null, null, undefined, nowMs))
  }

  rowsOf(slot: Slot, nowMs: number): AccountRows {
    return this.#rowsOf(slot, null, null, undefined, nowMs)
  }

  #rowsOf(
    slot: Slot | undefined,
    request: string | null,
    adjustment: string | null,
    ttlMs: number | undefined,
    nowMs: number
  ): AccountRows {
    if (slot === undefined) return nothing
    const entry = request === null ? undefined : slot.entries.get(request)?.row
    return {
      account: slot.account,
      entry,
      adjustment: adjustment === null ? undefined : slot.adjustments.get(adjustment),
      due: slot.due.fetch(dueNeeded(slot.account, entry, ttlMs, nowMs))
    }
  }

  /** Writes the changes of one command; what they say was decided by the machine. */
  write(command: Command, changes: ReadonlyArray<Change>): void {
    for (const change of changes) {
      const leg = command.legs[change.leg]!
      const key = accountKey(leg)
      const known = this.slots.get(key)
      const account = applyToAccount(known?.account, change)
      const slot = known ?? this.#newSlot(key, leg.window, account)
      slot.account = account
      slot.window = leg.window
      if (change.isBirth) this.#forgetAllOf(slot)
      for (const delta of change.due) slot.due.add(delta)
      if (change.entry !== undefined) this.#remember(slot, change.id!, change.entry)
      if (change.adjustment !== undefined) slot.adjustments.set(change.id!, change.adjustment)
    }
  }

  #newSlot(key: string, window: Window, account: AccountRow): Slot {
    const slot: Slot = {
      key,
      window,
      account,
      entries: new Map(),
      adjustments: new Map(),
      due: new DueIndex(),
      lookAtMs: account.lastMs,
      before: undefined,
      behind: undefined
    }
    this.slots.set(key, slot)
    this.accounts.push(slot)
    return slot
  }

  #remember(slot: Slot, id: string, row: EntryRow): void {
    const known = slot.entries.get(id)
    if (known === undefined) {
      const remembered: Remembered = { slot, id, row, before: undefined, behind: undefined }
      slot.entries.set(id, remembered)
      this.#queueOf(row).push(remembered)
      return
    }
    this.#queueOf(known.row).remove(known)
    known.row = row
    this.#queueOf(row).push(known)
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
    slot.adjustments.clear()
    slot.due.clear()
  }
}

const nothing: AccountRows = { account: undefined, entry: undefined, adjustment: undefined, due: [] }
