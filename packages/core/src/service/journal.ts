/**
 * Where endings go that could not be delivered. The port, and the one in memory.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"

import { bounded } from "./bounded.ts"
import type { Ending } from "./ending.ts"

/** An ending that waits, plain JSON. Its id is `ending.id`. */
export interface JournalEntry {
  readonly ending: Ending
  /** Why it was not delivered. */
  readonly failure: string
}

/**
 * The port, for code without Effect: a file, a table, a queue. Every function may return a promise.
 *
 * `record` of an id that is there replaces it. `pending` gives up to `limit` entries, oldest first. `remove` of an id
 * that is not there does nothing. Delivering an entry twice debits once, so at-least-once is enough.
 */
export interface SettlementJournal {
  readonly record: (entry: JournalEntry) => unknown
  readonly pending: (limit: number) => ReadonlyArray<JournalEntry> | PromiseLike<ReadonlyArray<JournalEntry>>
  readonly remove: (id: string) => unknown
}

/** The journal as a service. Default: one in memory for each quota. */
export const QuotaJournal = Context.Service<SettlementJournal>("@tallystick/core/service/QuotaJournal")

/** An entry is about 1 kB: at most 10 MB. */
export const DEFAULT_JOURNAL_SIZE = 10_000

/**
 * A journal in memory. It ends with the process; then the holds expire, and cost what was measured. What does not fit
 * is refused, and reported as unsettled without being journaled.
 *
 * @example
 * const journal = memoryJournal()
 * const quota = createQuota({ store, journal })
 */
export const memoryJournal = (size: number = DEFAULT_JOURNAL_SIZE): SettlementJournal => {
  const entries = new Map<string, JournalEntry>()
  return {
    record: (entry) => {
      if (entries.size >= size && !entries.has(entry.ending.id))
        throw new Error(`the journal is full (${size} entries)`)
      entries.set(entry.ending.id, entry)
    },
    pending: (limit) => [...entries.values()].slice(0, limit),
    remove: (id) => {
      entries.delete(id)
    }
  }
}

/** A journal's function as an effect that ends by its deadline, whatever the journal does. */
export const attempt = <A>(call: () => A | PromiseLike<A>, withinMs: number): Effect.Effect<A, Error> =>
  bounded(
    Effect.suspend(() => {
      const answer = call()
      if (!isThenable(answer)) return Effect.succeed(answer)
      return Effect.tryPromise({ try: () => Promise.resolve(answer), catch: asError })
    }).pipe(Effect.catchDefect((defect) => Effect.fail(asError(defect)))),
    withinMs,
    () => new Error(`the journal gave no answer within ${withinMs} ms`)
  )

const asError = (cause: unknown): Error => (cause instanceof Error ? cause : new Error("the journal failed", { cause }))

const isThenable = <A>(value: A | PromiseLike<A>): value is PromiseLike<A> =>
  typeof value === "object" && value !== null && "then" in value && typeof value.then === "function"
