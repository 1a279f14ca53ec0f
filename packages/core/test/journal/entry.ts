/**
 * An entry of a journal.
 */
import type { JournalEntry } from "../../src/index.ts"

/** 24 November 2026, 12:00 UTC: where the clock of a test's world starts. */
export const NOON_MS = Date.UTC(2026, 10, 24, 12)

export const entryOf = (id: string, amount = 700, change: Partial<JournalEntry["ending"]> = {}): JournalEntry => ({
  failure: "no answer",
  ending: {
    id,
    requestId: id,
    kind: "finalize",
    overage: "debit",
    ifUnknown: "charge",
    knownAtMs: NOON_MS,
    legs: [
      {
        account: "user:ada",
        window: { kind: "calendar", every: "day", timeZone: "UTC" },
        unit: "tokens",
        limit: 50_000,
        amount
      }
    ],
    ...change
  }
})
