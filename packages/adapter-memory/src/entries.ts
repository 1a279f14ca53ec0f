/**
 * The entries of one account, by request id: a chain of the few that most accounts have, a map of more.
 *
 * A map is two objects and 184 bytes. Of a million accounts each command meets one that no cache holds, and waits for four lines of its map; a chain of
 * one is the entry itself.
 */
import type { Remembered } from "./entry.ts"

/** undefined: none. */
export type Entries = Remembered | Map<string, Remembered> | undefined

/** The longest chain. Each look for an id that is not there walks all of it. */
const FEW = 4

export const findEntry = (entries: Entries, id: string): Remembered | undefined => {
  if (entries instanceof Map) return entries.get(id)
  for (let entry = entries; entry !== undefined; entry = entry.next) if (entry.id === id) return entry
  return undefined
}

/** The entries with one more, whose id is not among them. */
export const withEntry = (entries: Entries, added: Remembered): Entries => {
  if (entries instanceof Map) return entries.set(added.id, added)
  let length = 0
  for (let entry = entries; entry !== undefined; entry = entry.next) length++
  if (length < FEW) {
    added.next = entries
    return added
  }
  const map = new Map<string, Remembered>()
  for (const entry of [...entriesOf(entries), added]) {
    entry.next = undefined
    map.set(entry.id, entry)
  }
  return map
}

/** The entries without one that is among them. */
export const withoutEntry = (entries: Entries, gone: Remembered): Entries => {
  if (entries instanceof Map) {
    entries.delete(gone.id)
    return entries.size === 0 ? undefined : entries
  }
  if (entries === gone) return gone.next
  for (let entry = entries; entry !== undefined; entry = entry.next) if (entry.next === gone) entry.next = gone.next
  return entries
}

export const entriesOf = (entries: Entries): ReadonlyArray<Remembered> => {
  if (entries instanceof Map) return [...entries.values()]
  const chained: Array<Remembered> = []
  for (let entry = entries; entry !== undefined; entry = entry.next) chained.push(entry)
  return chained
}
