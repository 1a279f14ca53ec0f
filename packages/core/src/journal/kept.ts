/**
 * What a journal of files has in memory: all that waits, and which of it no file has yet.
 */
import type { JournalEntry } from "../service/journal.ts"
import { keyOf } from "./lines.ts"

interface Kept {
  readonly key: string
  entry: JournalEntry
  isSaved: boolean
}

/**
 * By id, in order of arrival. Two processes may end one id in two ways: both are kept, and given out one after the
 * other, so that the store says which counted and the other is reported.
 */
export class KeptEntries {
  readonly #byId = new Map<string, Array<Kept>>()
  #size = 0

  get size(): number {
    return this.#size
  }

  add(entry: JournalEntry): void {
    const key = keyOf(entry)
    const all = this.#byId.get(entry.ending.id) ?? []
    const same = all.find((kept) => kept.key === key)
    if (same !== undefined) {
      same.entry = entry
      return
    }
    this.#byId.set(entry.ending.id, [...all, { key, entry, isSaved: false }])
    this.#size++
  }

  has(entry: JournalEntry): boolean {
    return this.#byId.get(entry.ending.id)?.some(({ key }) => key === keyOf(entry)) ?? false
  }

  first(limit: number): ReadonlyArray<JournalEntry> {
    const entries: Array<JournalEntry> = []
    for (const [kept] of this.#byId.values()) {
      if (entries.length >= limit) break
      entries.push(kept!.entry)
    }
    return entries
  }

  /** Removes the one that was given out under this id; gives its key if a file has it. */
  remove(id: string): string | undefined {
    const [kept, ...others] = this.#byId.get(id) ?? []
    if (kept === undefined) return undefined
    if (others.length === 0) this.#byId.delete(id)
    else this.#byId.set(id, others)
    this.#size--
    return kept.isSaved ? kept.key : undefined
  }

  unsaved(): ReadonlyArray<Kept> {
    return this.#all().filter(({ isSaved }) => !isSaved)
  }

  /** Everything must be written again. */
  forgetFiles(): void {
    for (const kept of this.#all()) kept.isSaved = false
  }

  #all(): ReadonlyArray<Kept> {
    return [...this.#byId.values()].flat()
  }
}
