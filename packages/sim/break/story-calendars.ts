/**
 * Calendar windows for stories, and what is told of their edges.
 */
/** Far in the future, so that nothing expires by a server's clock while a story is told. */
export const STORY_START_MS = 4_000_000_000_000

/** What is called when, after the start. */
export type Told = ReadonlyArray<readonly [afterMs: number, commands: ReadonlyArray<object>]>

/** Three periods of uneven lengths. */
const starts = [STORY_START_MS, STORY_START_MS + 20_000, STORY_START_MS + 50_000, STORY_START_MS + 70_000] as const
export const month = { kind: "calendar", every: "month", timeZone: "UTC", starts } as const
/** The same, as callers tell it who know of the periods after those, and before. */
export const later = { ...month, starts: [50_000, 70_000, 90_000, 110_000].map((afterMs) => STORY_START_MS + afterMs) }
export const before = { ...month, starts: [-30_000, 0, 20_000, 50_000].map((afterMs) => STORY_START_MS + afterMs) }
const edges = starts.flatMap((start) => [start - 1, start, start + 1]).map((edge) => edge - STORY_START_MS)

/** An account whose window opens at one edge, and is read at another; each pair has an account of its own. */
export const calendar: Told = edges.flatMap((from) =>
  edges.flatMap((to) => {
    const charge = (id: string): object => ({
      kind: "charge",
      id,
      legs: [{ account: `${from} to ${to}`, window: month, unit: "u", limit: 100, amount: 1 }]
    })
    return [[from, [charge("c0")]] as const, [to, [charge("c1")]] as const]
  })
)
