/**
 * What a denial says of trying again, as the holds come and go beside it.
 */
import type { Told } from "./story-calendars.ts"

export const reserve = (id: string, ttlMs: number, amount: number): object => ({
  kind: "reserve",
  id,
  ttlMs,
  legs: [{ account: "a", window: { kind: "none" }, unit: "u", limit: 20, amount }]
})
const release = (id: string): object => ({
  kind: "release",
  id,
  legs: [{ account: "a", window: { kind: "none" }, unit: "u", limit: 20 }]
})

/** What stands before one call of the rest; a hold that is too large is told when to try again. */
const calls: Readonly<Record<string, readonly [before: ReadonlyArray<object>, then: ReadonlyArray<object>]>> = {
  "made and released": [[], [reserve("1", 1_000, 1), reserve("2", 3_000, 1), release("1"), reserve("x", 1_000, 20)]],
  "released, of before": [
    [reserve("1", 1_000, 1), reserve("2", 3_000, 1)],
    [release("1"), reserve("x", 1_000, 20)]
  ],
  "made later than those before": [[reserve("1", 3_000, 1)], [reserve("2", 5_000, 1), reserve("x", 1_000, 20)]],
  "made earlier than those before": [[reserve("1", 5_000, 1)], [reserve("2", 3_000, 1), reserve("x", 1_000, 20)]],
  "several made": [
    [],
    [6, 2, 4, 1, 5, 3].map((seconds) => reserve(`${seconds}`, 1_000 * seconds, 1)).concat(reserve("x", 1_000, 20))
  ]
}

export const deadlineStories = Object.entries(calls).map(([name, [before, then]]): readonly [string, Told] => [
  `when to try again, with holds ${name}`,
  [before, then].filter((commands) => commands.length > 0).map((commands) => [0, commands] as const)
])
