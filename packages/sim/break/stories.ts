/**
 * What programs meet too seldom, as calls to be held against the Book: the edges of calendar windows, and what commands of one call leave to the next.
 */
import { readCommand } from "@tallystick/core/machine"
import type { Command, Settings } from "@tallystick/core/machine"

/** Those that the stories are told for. */
export const storySettings: Settings = {
  settledRetentionMs: 10_000,
  unsettledRetentionMs: 30_000,
  longestCallMs: 1_000
}

/** Far in the future, so that nothing expires by a server's clock while a story is told. */
export const STORY_START_MS = 4_000_000_000_000

export interface Story {
  readonly name: string
  readonly calls: ReadonlyArray<{ readonly nowMs: number; readonly commands: ReadonlyArray<Command> }>
}

type Told = ReadonlyArray<readonly [afterMs: number, commands: ReadonlyArray<object>]>

/** Three periods of uneven lengths. */
const starts = [STORY_START_MS, STORY_START_MS + 20_000, STORY_START_MS + 50_000, STORY_START_MS + 70_000] as const
const month = { kind: "calendar", every: "month", timeZone: "UTC", starts } as const
const edges = starts.flatMap((start) => [start - 1, start, start + 1]).map((edge) => edge - STORY_START_MS)

/** An account whose window opens at one edge, and is read at another; each pair has an account of its own. */
const calendar: Told = edges.flatMap((from) =>
  edges.flatMap((to) => {
    const charge = (id: string): object => ({
      kind: "charge",
      id,
      legs: [{ account: `${from} to ${to}`, window: month, unit: "u", limit: 100, amount: 1 }]
    })
    return [[from, [charge("c0")]] as const, [to, [charge("c1")]] as const]
  })
)

const reserve = (id: string, ttlMs: number, amount: number): object => ({
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

const fixed = { account: "a", window: { kind: "fixed", lengthMs: 20_000 }, unit: "u", limit: 20 }
const unlimited = { account: "a", window: { kind: "none" }, unit: "u", limit: null }
const wide = { account: "a", window: { kind: "none" }, unit: "u", limit: 1_000 }
const reserveOf = (id: string, ttlMs: number): object => ({
  kind: "reserve",
  id,
  ttlMs,
  legs: [{ ...wide, amount: 1 }]
})
const plainLeg = { account: "a", window: { kind: "none" }, unit: "u", limit: 20 }

const finalize = (id: string, actual: number, overage: string): object => ({
  kind: "finalize",
  id,
  overage,
  ifUnknown: "mark",
  sentAgoMs: 0,
  legs: [{ ...plainLeg, actual }]
})

/** What is called when, after the start. */
const histories: Readonly<Record<string, Told>> = {
  "a hold of the window before ends first": [
    [15_000, [{ kind: "reserve", id: "1", ttlMs: 10_000, legs: [{ ...fixed, amount: 5 }] }]],
    [21_000, [{ kind: "reserve", id: "2", ttlMs: 12_000, legs: [{ ...fixed, amount: 10 }] }]],
    [21_000, [{ kind: "reserve", id: "x", ttlMs: 1_000, legs: [{ ...fixed, amount: 15 }] }]]
  ],
  "capped, with less than is left": [
    [0, [{ kind: "reserve", id: "1", ttlMs: 1_000, legs: [{ ...plainLeg, amount: 5 }] }]],
    [0, [finalize("1", 18, "cap")]]
  ],
  "a reset at the deadline, then a late ending": [
    [0, [{ kind: "reserve", id: "1", ttlMs: 1_000, legs: [{ ...plainLeg, amount: 5 }] }]],
    [0, [{ kind: "extend", id: "1", whenUnknown: "charge-held", legs: [plainLeg] }]],
    [1_000, [{ kind: "adjust", id: "a", adjustment: { kind: "reset" }, legs: [plainLeg] }]],
    [1_001, [{ kind: "charge", id: "c", legs: [{ ...plainLeg, amount: 7 }] }]],
    [1_002, [finalize("1", 2, "debit")]]
  ],
  "a release at more than there is room for": [
    [0, [{ kind: "charge", id: "c", legs: [{ ...unlimited, amount: Number.MAX_SAFE_INTEGER - 5 }] }]],
    [0, [{ kind: "reserve", id: "1", ttlMs: 9_000, legs: [{ ...unlimited, amount: 5 }] }]],
    [0, [{ kind: "extend", id: "1", legs: [{ ...unlimited, measured: 10 }] }]],
    [0, [{ kind: "release", id: "1", legs: [unlimited] }]]
  ],
  "more stale holds than one call drops, and then it is forgotten": [
    [0, Array.from({ length: 150 }, (_, at) => reserveOf(`s${at}`, 1_000))],
    [0, [reserveOf("long", 20_000)]],
    [2_000, [{ kind: "charge", id: "c", legs: [{ ...wide, amount: 0 }] }]],
    [60_000, [{ kind: "charge", id: "x", legs: [{ ...wide, limit: undefined, amount: 1 }] }]],
    [60_001, [{ kind: "lookup", id: "long", legs: [wide] }]]
  ],
  "an expiry costs as much as was used": [
    [0, [{ kind: "charge", id: "c", legs: [{ ...plainLeg, amount: 5 }] }]],
    [0, [{ kind: "reserve", id: "1", ttlMs: 1_000, legs: [{ ...plainLeg, amount: 5, settle: "held" }] }]],
    [40_000, [{ kind: "lookup", id: "1", legs: [plainLeg] }]],
    [40_000, [{ kind: "charge", id: "d", legs: [{ ...plainLeg, amount: 1 }] }]]
  ]
}

export const stories: ReadonlyArray<Story> = [
  ...Object.entries(calls).map(([name, [before, then]]) => {
    const told = [before, then].filter((commands) => commands.length > 0).map((commands) => [0, commands] as const)
    return [`when to try again, with holds ${name}`, told] as const
  }),
  ...Object.entries(histories),
  // The longest.
  ["calendar windows at their edges", calendar] as const
].map(([name, told]) => ({
  name,
  calls: told.map(([afterMs, commands]) => ({
    nowMs: STORY_START_MS + afterMs,
    commands: commands.map((command) => readCommand(command))
  }))
}))
