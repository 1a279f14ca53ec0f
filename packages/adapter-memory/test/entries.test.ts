import * as fc from "fast-check"
import { expect, test } from "vitest"

import { entriesOf, findEntry, withEntry, withoutEntry } from "../src/entries.ts"
import type { Entries } from "../src/entries.ts"
import { newEntry } from "../src/entry.ts"
import type { Remembered } from "../src/entry.ts"
import { entryRow, slotOf } from "./rows.ts"

const slot = slotOf("a")

test("they are what a map is, in any sequence of arrivals and departures", () => {
  fc.assert(
    fc.property(fc.array(fc.nat({ max: 9 }), { maxLength: 100 }), (numbers) => {
      const model = new Map<string, Remembered>()
      let entries: Entries
      for (const number of numbers) {
        const id = `r${number}`
        const known = model.get(id)
        expect(findEntry(entries, id)).toBe(known)
        if (known === undefined) {
          const added = newEntry(slot, id, entryRow)
          model.set(id, added)
          entries = withEntry(entries, added)
        } else {
          model.delete(id)
          entries = withoutEntry(entries, known)
        }
        expect(entries === undefined).toBe(model.size === 0)
        expect(new Set(entriesOf(entries))).toEqual(new Set(model.values()))
        expect(entriesOf(entries).length).toBe(model.size)
      }
    })
  )
})

test("those that went from a chain to a map hold on to nobody", () => {
  let entries: Entries
  for (let number = 0; number < 10; number++) entries = withEntry(entries, newEntry(slot, `r${number}`, entryRow))
  expect(entriesOf(entries).map(({ next }) => next)).toEqual(entriesOf(entries).map(() => undefined))
})
