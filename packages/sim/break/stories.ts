/**
 * What programs meet too seldom, as calls to be held against the Book: the edges of calendar windows, and what commands of one call leave to the next.
 */
import { readCommand } from "@tallystick/core/machine"
import type { Command, Settings } from "@tallystick/core/machine"

import { before, calendar, later, month, STORY_START_MS, type Told } from "./story-calendars.ts"
import { deadlineStories, reserve } from "./story-deadlines.ts"

/** Those that the stories are told for. */
export const storySettings: Settings = {
  settledRetentionMs: 10_000,
  unsettledRetentionMs: 30_000,
  longestCallMs: 1_000
}

export interface Story {
  readonly name: string
  readonly calls: ReadonlyArray<{ readonly nowMs: number; readonly commands: ReadonlyArray<Command> }>
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

/** Of an account whose window rolls after a silence. */
const silent = (more: object = {}): object => open("silent", { window: { kind: "idle", idleMs: 8_000 }, ...more })

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
  "ended at nothing without a hold, and again": [
    [0, [{ ...finalize("1", 0, "debit"), ifUnknown: "charge" }]],
    [1, [{ ...finalize("1", 0, "debit"), ifUnknown: "charge" }]]
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

const MAX = Number.MAX_SAFE_INTEGER
const open = (account: string, rest: object = {}): object => ({
  account,
  window: { kind: "none" },
  unit: "u",
  limit: null,
  ...rest
})
const twin = (rest: object = {}): object => ({ ...fixed, limit: 1_000, ...rest })
const endingOf = (id: string, leg: object): object => ({
  kind: "finalize",
  id,
  overage: "debit",
  ifUnknown: "mark",
  sentAgoMs: 0,
  legs: [leg]
})
const reserving = (id: string, ttlMs: number, ...legs: ReadonlyArray<object>): object => ({
  kind: "reserve",
  id,
  ttlMs,
  legs
})
const charging = (id: string, ...legs: ReadonlyArray<object>): object => ({ kind: "charge", id, legs })

/** An account that has used all but 10, and holds 5 of it, each for one ending. */
const full = (ids: ReadonlyArray<string>): ReadonlyArray<object> =>
  ids.flatMap((id) => [reserving("r", 1_000, open(id, { amount: 5 })), charging("c", open(id, { amount: MAX - 10 }))])

const rest: Readonly<Record<string, Told>> = {
  "two windows of one account, whose holds fall due together": [
    [0, [reserving("r", 5_000, open("a", { amount: 5 })), reserving("q", 5_000, open("a", { amount: 1 }))]],
    [0, [reserving("s", 5_000, twin({ amount: 7 })), reserving("t", 5_000, twin({ amount: 2 }))]],
    [0, [{ kind: "extend", id: "r", legs: [open("a", { total: 8 })] }]],
    [0, [{ kind: "release", id: "q", legs: [open("a")] }]],
    [0, [{ kind: "extend", id: "s", ttlMs: 9_000, legs: [twin({ measured: 3 })] }]],
    [6_000, [charging("c", open("a", { amount: 1 }), twin({ amount: 1 }))]],
    [11_000, [charging("d", open("a", { amount: 1 }), twin({ amount: 1 }))]]
  ],
  "holds of two windows of time that fall due together": [
    [15_000, [reserving("r", 10_000, twin({ amount: 5 })), reserving("q", 10_000, twin({ amount: 1 }))]],
    [21_000, [reserving("s", 4_000, twin({ amount: 7 })), reserving("t", 4_000, twin({ amount: 2 }))]],
    [21_000, [{ kind: "extend", id: "s", legs: [twin({ total: 8, measured: 2 })] }]],
    [
      21_000,
      [
        { kind: "release", id: "q", legs: [twin()] },
        { kind: "extend", id: "r", legs: [twin({ measured: 3 })] }
      ]
    ],
    [21_000, [{ kind: "extend", id: "t", ttlMs: 9_000, legs: [twin()] }]],
    [26_000, [charging("c", twin({ amount: 1 }))]],
    [
      42_000,
      [
        { kind: "reserve", id: "x", ttlMs: 1_000, legs: [twin({ amount: 2_000 })] },
        { kind: "lookup", id: "r", legs: [twin()] }
      ]
    ]
  ],
  "a denial in the call that settles what has passed": [
    [0, [reserve("1", 1_000, 1), reserve("2", 9_000, 4)]],
    [2_000, [reserve("x", 1_000, 20)]],
    [1_000, [reserve("y", 1_000, 20)]]
  ],
  "a hold grows while another joins those of a second that nobody has read": [
    [0, [reserving("r", 5_000, open("a", { amount: 5 })), reserving("q", 9_000, open("a", { amount: 3 }))]],
    [
      0,
      [{ kind: "extend", id: "q", legs: [open("a", { total: 4 })] }, reserving("s", 5_000, open("a", { amount: 2 }))]
    ],
    [6_000, [charging("c", open("a", { amount: 1 }))]]
  ],
  "endings that just fit, and that just do not": [
    [0, full(["a", "b", "c", "d"])],
    [0, [endingOf("r", open("a", { actual: 10 })), endingOf("r", open("b", { actual: 11 }))]],
    [2_000, [endingOf("r", open("c", { actual: 10 })), endingOf("r", open("d", { actual: 11 }))]],
    [2_000, [charging("x", open("a", { amount: 0 })), charging("y", open("a", { amount: 1 }))]]
  ],
  "charges of what is unknown, that just fit, and that just do not": [
    [0, [charging("c", open("a", { amount: MAX - 10 })), charging("c", open("b", { amount: MAX - 10 }))]],
    [
      0,
      [open("a", { actual: 10 }), open("b", { actual: 11 })].map((leg) => ({
        ...endingOf("u", leg),
        ifUnknown: "charge"
      }))
    ]
  ],
  "capped, by a caller who knows of no limit, and of none there is": [
    [0, [reserving("r", 5_000, open("a", { amount: 5, limit: 20 })), reserving("r", 5_000, open("b", { amount: 5 }))]],
    [
      0,
      [open("a", { actual: 18, limit: undefined }), open("b", { actual: 18 })].map((leg) => ({
        ...endingOf("r", leg),
        overage: "cap"
      }))
    ]
  ],
  "capped by a stored limit, and not by the caller's": [
    [0, [{ kind: "adjust", id: "j", adjustment: { kind: "setLimit", limit: 30 }, legs: [open("a")] }]],
    [0, [{ kind: "adjust", id: "j", adjustment: { kind: "setLimit", limit: null }, legs: [open("b")] }]],
    [0, ["a", "b"].map((account) => reserving("r", 5_000, open(account, { amount: 5, limit: 20 })))],
    [0, ["a", "b"].map((account) => ({ ...endingOf("r", open(account, { actual: 40, limit: 20 })), overage: "cap" }))]
  ],
  "an adjustment's id in a second life": [0, 40_000, 41_000].map((afterMs) => [
    afterMs,
    [{ kind: "adjust", id: "j", adjustment: { kind: "reset" }, legs: [open("a")] }]
  ]),
  "a denied growth of a hold that is of the window before": [
    [0, [reserving("r", 60_000, twin({ amount: 5 }), open("b", { amount: 5 }))]],
    [21_000, [charging("c", twin({ amount: 1 }))]],
    [21_000, [{ kind: "extend", id: "r", legs: [twin({ total: 6 }), open("b", { total: 6 })] }]],
    [21_000, [endingOf("x", open("b"))]]
  ],
  "a caller whose calendar has not begun, and one whose calendar is over, meet a window of another's": [
    [20_000, [charging("c", open("a", { window: month, amount: 1 }))]],
    [49_999, [reserving("r", 5_000, open("a", { window: later, limit: 100, amount: 1 }))]],
    [50_000, [charging("d", open("a", { window: month, amount: 1 }))]],
    [50_000, [reserving("s", 5_000, open("a", { window: before, limit: 100, amount: 1 }))]],
    [50_000, [reserving("t", 5_000, open("a", { window: month, limit: 100, amount: 1 }))]]
  ],
  "a reserve at the very deadline of a hold, and as its account is just forgotten": [
    [
      0,
      [
        reserving("r", 1_000, open("a", { limit: 20, amount: 5 })),
        reserving("r", 9_000, open("b", { limit: 20, amount: 5 }))
      ]
    ],
    [500, [{ kind: "release", id: "r", legs: [open("b")] }]],
    [1_000, [reserving("s", 5_000, open("a", { limit: 20, amount: 5 }))]],
    [30_500, [reserving("s", 5_000, open("b", { limit: 20, amount: 5 }))]]
  ],
  "a clock that goes back by two windows, and then some more": [
    [41_000, [charging("c", twin({ amount: 1 }))]],
    [19_000, [reserving("r", 9_000, twin({ amount: 5 }))]],
    [18_000, [reserving("s", 9_000, twin({ amount: 5 }))]]
  ],
  "a hold grows and ends in one call, and the next one hears of it": [
    [0, [reserving("r", 5_000, open("a", { amount: 5 }))]],
    [
      1,
      [
        { kind: "extend", id: "r", legs: [open("a", { total: 8, measured: 3 })] },
        endingOf("r", open("a", { actual: 6 })),
        { kind: "lookup", id: "r", legs: [open("a")] }
      ]
    ],
    [2, [{ kind: "lookup", id: "r", legs: [open("a")] }, endingOf("r", open("a", { actual: 6 }))]]
  ],
  "a denial for its unit, where a hold keeps a silence from ending": [
    [0, [reserving("r", 5_000, silent({ amount: 5 }))]],
    [1, [reserving("s", 5_000, silent({ amount: 5, unit: "v" }))]]
  ],
  "a silence, as each command of a call finds it": [
    [0, [charging("c", silent({ amount: 1 }))]],
    [
      2_000,
      [
        charging("c", silent({ amount: 1 })),
        reserving("r", 5_000, silent({ amount: 5 })),
        charging("c", silent({ amount: 1 })),
        { kind: "release", id: "r", legs: [silent()] },
        charging("c", silent({ amount: 1 }))
      ]
    ]
  ],
  "one command of a call makes, alters and ends what the one before it did": [
    [
      0,
      [
        reserving("r", 5_000, open("a", { amount: 5 }), open("b", { amount: 5 })),
        { kind: "extend", id: "r", ttlMs: 9_000, legs: [open("b", { total: 7 }), open("a", { total: 6 })] },
        reserving("s", 9_000, open("b", { amount: 2 })),
        { kind: "release", id: "r", legs: [open("a"), open("b")] },
        reserving("r", 5_000, open("a", { amount: 5 }), open("b", { amount: 5 })),
        { kind: "adjust", id: "j", adjustment: { kind: "close" }, legs: [open("a")] },
        { kind: "adjust", id: "j", adjustment: { kind: "close" }, legs: [open("a")] },
        charging("c", open("a", { amount: 1 })),
        { kind: "lookup", id: "s", legs: [open("b")] }
      ]
    ],
    [10_000, [charging("d", open("b", { amount: 1 })), { kind: "lookup", id: "s", legs: [open("b")] }]]
  ]
}

export const stories: ReadonlyArray<Story> = [
  ...deadlineStories,
  ...Object.entries(histories),
  ...Object.entries(rest),
  // The longest.
  ["calendar windows at their edges", calendar] as const
].map(([name, told]) => ({
  name,
  calls: told.map(([afterMs, commands]) => ({
    nowMs: STORY_START_MS + afterMs,
    commands: commands.map((command) => readCommand(command))
  }))
}))
