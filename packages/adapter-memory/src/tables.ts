/**
 * The four kinds of rows in maps, one slot per account, and the queues of what time will make unknown.
 */
import { accountKey, applyToAccount, dueNeeded, keysOf } from "@tallystick/core/machine"
import type {
  AccountRef,
  AccountRow,
  AccountRows,
  Command,
  Decided,
  DueDelta,
  DueRow,
  EntryRow,
  Window
} from "@tallystick/core/machine"

import { DueIndex } from "./due-index.ts"
import { entriesOf, findEntry, withEntry, withoutEntry } from "./entries.ts"
import { newEntry, overwriteEntry, renewedEntry } from "./entry.ts"
import type { Remembered } from "./entry.ts"
import { Queue } from "./queue.ts"
import { newSlot, overwriteAccount } from "./slot.ts"
import type { Slot } from "./slot.ts"
import { Spares } from "./spares.ts"

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
  readonly #spareEntries = new Spares<Remembered>()
  readonly #spareDue = new Spares<DueIndex>()

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
      account: slot,
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
    const remembered = request === null ? undefined : findEntry(slot?.entries, request)
    return {
      account: slot,
      entry: remembered,
      adjustment: adjustment === null ? undefined : slot?.adjustments?.get(adjustment),
      due: slot === undefined ? noDue : dueOf(slot, remembered, ttlMs, nowMs),
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
      const account = works[change.leg]?.rows.account ?? applyToAccount(at.slot, change)
      const slot = (at.slot ??= this.#newSlot(at.key, at.window, account))
      overwriteAccount(slot, account)
      // The starts of a calendar's windows move on; of the others nothing does.
      if (at.window.kind === "calendar") slot.window = at.window
      if (change.isBirth) {
        this.#forgetAllOf(slot)
        at.remembered = undefined
      }
      if (change.due.length > 0) this.#addDue(slot, change.due)
      if (change.entry !== undefined) at.remembered = this.#remember(slot, change.id!, change.entry, at.remembered)
      if (change.adjustment !== undefined) (slot.adjustments ??= new Map()).set(change.id!, change.adjustment)
    }
  }

  #addDue(slot: Slot, deltas: ReadonlyArray<DueDelta>): void {
    const due = (slot.due ??= this.#spareDue.take() ?? new DueIndex())
    for (const delta of deltas) due.add(delta)
    if (due.size > 0) return
    slot.due = undefined
    this.#spareDue.give(due)
  }

  #newSlot(key: string, window: Window, account: AccountRow): Slot {
    const slot = newSlot(key, { ...window }, account)
    this.slots.set(key, slot)
    this.accounts.push(slot)
    return slot
  }

  #remember(slot: Slot, id: string, row: EntryRow, known: Remembered | undefined): Remembered {
    if (known !== undefined) {
      this.#queueOf(known).remove(known)
      overwriteEntry(known, row)
      this.#queueOf(known).push(known)
      return known
    }
    const spare = this.#spareEntries.take()
    const entry = spare === undefined ? newEntry(slot, id, row) : renewedEntry(spare, slot, id, row)
    slot.entries = withEntry(slot.entries, entry)
    this.#queueOf(entry).push(entry)
    return entry
  }

  #queueOf(row: EntryRow): Queue<Remembered> {
    return row.state === "held" ? this.open : this.settled
  }

  forgetEntry(entry: Remembered): void {
    this.#queueOf(entry).remove(entry)
    entry.slot.entries = withoutEntry(entry.slot.entries, entry)
    this.#spareEntries.give(entry)
  }

  forgetAccount(slot: Slot): void {
    this.#forgetAllOf(slot)
    this.accounts.remove(slot)
    this.slots.delete(slot.key)
  }

  #forgetAllOf(slot: Slot): void {
    for (const remembered of entriesOf(slot.entries)) this.#queueOf(remembered).remove(remembered)
    slot.entries = undefined
    slot.adjustments = undefined
    slot.due = undefined
  }
}

const noDue: ReadonlyArray<DueRow> = []

/** Rows of an account that are fetched whole: to find out which of them a command needs costs more. Most accounts have fewer. */
const FEW = 4

const dueOf = (
  slot: Slot,
  entry: EntryRow | undefined,
  ttlMs: number | undefined,
  nowMs: number
): ReadonlyArray<DueRow> => {
  const { due } = slot
  if (due === undefined) return noDue
  return due.size <= FEW ? due.all() : due.fetch(dueNeeded(slot, entry, ttlMs, nowMs))
}
