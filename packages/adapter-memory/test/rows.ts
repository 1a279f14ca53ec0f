/**
 * Rows in which every field has another value.
 */
import type { AccountRow, EntryRow } from "@tallystick/core/machine"

import { newSlot } from "../src/slot.ts"
import type { Slot } from "../src/slot.ts"

export const accountRow: AccountRow = {
  unit: "tokens",
  storedLimit: "unlimited",
  open: false,
  used: 1,
  reserved: 2,
  period: 3,
  startMs: 4,
  endMs: 5,
  revision: 6,
  lastMs: 7,
  leadMs: 8,
  bornMs: 9,
  changedMs: 10,
  resetMs: 11
}

export const otherAccountRow: AccountRow = {
  unit: null,
  storedLimit: 20,
  open: true,
  used: 21,
  reserved: 22,
  period: 23,
  startMs: null,
  endMs: null,
  revision: 26,
  lastMs: 27,
  leadMs: 28,
  bornMs: 29,
  changedMs: 30,
  resetMs: null
}

export const entryRow: EntryRow = {
  command: "reserve",
  state: "held",
  accounts: "a",
  digest: "tokens\n1actual",
  settle: "actual",
  amount: 1,
  held: 2,
  measured: 3,
  whenUnknown: "refund",
  deadlineMs: 4,
  expiryCost: 5,
  period: 6,
  createdMs: 7,
  changedMs: 8,
  debited: 9,
  actual: 10,
  overage: "cap",
  unbilled: 11,
  late: true
}

export const otherEntryRow: EntryRow = {
  command: "charge",
  state: "charged",
  accounts: "b",
  digest: "cents\n2charge",
  settle: "held",
  amount: 21,
  held: 22,
  measured: null,
  whenUnknown: null,
  deadlineMs: 24,
  expiryCost: 25,
  period: 26,
  createdMs: 27,
  changedMs: 28,
  debited: 29,
  actual: null,
  overage: "debit",
  unbilled: 31,
  late: false
}

export const slotOf = (key: string): Slot => newSlot(key, { kind: "none" }, accountRow)
