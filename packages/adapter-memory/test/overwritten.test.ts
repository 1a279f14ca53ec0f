/**
 * Rows that are written where they lie: nothing of what was there stays.
 */
import { expect, test } from "vitest"

import { newEntry, overwriteEntry, renewedEntry } from "../src/entry.ts"
import { newSlot, overwriteAccount } from "../src/slot.ts"
import { accountRow, entryRow, otherAccountRow, otherEntryRow, slotOf } from "./rows.ts"

test("an account", () => {
  const slot = newSlot("a", { kind: "none" }, accountRow)
  expect(slot).toMatchObject(accountRow)
  overwriteAccount(slot, otherAccountRow)
  expect(slot).toMatchObject(otherAccountRow)
})

test("an entry", () => {
  const entry = newEntry(slotOf("a"), "r1", entryRow)
  expect(entry).toMatchObject(entryRow)
  overwriteEntry(entry, otherEntryRow)
  expect(entry).toMatchObject({ id: "r1", ...otherEntryRow })
})

test("a forgotten entry, used again for another request of another account", () => {
  const [one, other] = [slotOf("a"), slotOf("b")]
  const forgotten = newEntry(one, "r1", entryRow)
  forgotten.next = newEntry(one, "r0", entryRow)
  expect(renewedEntry(forgotten, other, "r2", otherEntryRow)).toEqual(newEntry(other, "r2", otherEntryRow))
})
