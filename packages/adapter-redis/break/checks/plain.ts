/**
 * What is plain is decided the short way: the rules would say and do the same, but take three times as long. So it is counted what is left to them.
 */
import { Book } from "@tallystick/sim/oracle"
import { COLLECT_AFTER_MS, GRID_MS, MAX_TTL_MS, readCommand } from "@tallystick/core/machine"

import { faultOf } from "../audit.ts"
import { Bench, same, settings, START_MS } from "../bench.ts"
import type { Check } from "../check.ts"
import { stateOf } from "../dump.ts"

const COUNTER = "left to the rules"

/** The same script, and it counts. */
const counting = (script: string): string => {
  const text = script.replace(/^ +rules\(at\)$/m, `redis.call('INCR', '${COUNTER}') $&`)
  if (text === script) throw new Error("the script has no line that leaves a command to the rules")
  return text
}

const MAX = Number.MAX_SAFE_INTEGER
/** The first command of an account is never plain. */
const none = { account: "a", window: { kind: "none" }, unit: "u", limit: 20 }
const fixed = { ...none, window: { kind: "fixed", lengthMs: 20_000 } }
const starts = [0, 20_000, 50_000, 70_000].map((afterMs) => START_MS + afterMs)
const month = { ...none, window: { kind: "calendar", every: "month", timeZone: "UTC", starts } }
const wide = { ...none, limit: MAX }

const charge = (id: string, amount: number, ...legs: ReadonlyArray<object>): object => ({
  kind: "charge",
  id,
  legs: legs.map((leg) => ({ ...leg, amount }))
})
const reserve = (id: string, amount: number, ...legs: ReadonlyArray<object>): object => ({
  kind: "reserve",
  id,
  ttlMs: 5_000,
  legs: legs.map((leg) => ({ ...leg, amount }))
})
const finalize = (id: string, actual: number | undefined, ...legs: ReadonlyArray<object>): object => ({
  kind: "finalize",
  id,
  overage: "debit",
  ifUnknown: "mark",
  sentAgoMs: 0,
  legs: legs.map((leg) => (actual === undefined ? leg : { ...leg, actual }))
})
const setLimit = (limit: number): object => ({
  kind: "adjust",
  id: "limit",
  adjustment: { kind: "setLimit", limit },
  legs: [none]
})

/** Of a case: what is called when, after its start, and how many of these commands the rules decide. */
type Call = readonly [afterMs: number, left: number, ...commands: ReadonlyArray<object>]

/** As many as have room in a row, later than all else: what comes then has a field, and a tick in the index. */
const filled: ReadonlyArray<object> = [60_000, 61_000, 62_000, 63_000].map((ttlMs) => ({
  ...reserve(`fills${ttlMs}`, 1, wide),
  ttlMs
}))

const b = { ...none, account: "b" }
const cases: Readonly<Record<string, ReadonlyArray<Call>>> = {
  "a reserve of all there is, again, and its ending": [
    [0, 1, charge("c", 0, none), reserve("r", 20, none)],
    [0, 1, reserve("r", 20, none)],
    [1, 0, finalize("r", 20, none)]
  ],
  "a reserve of all that is left, by a caller who knows less than is stored": [
    [0, 1, setLimit(30)],
    [0, 1, charge("c", 5, none)],
    [0, 0, reserve("r", 5, none), reserve("s", 20, none)]
  ],
  "two accounts, twice in a call": [
    [0, 1, charge("c", 1, none, b), reserve("r", 5, none, b), reserve("s", 1, b, none)],
    [1, 0, finalize("r", 4, none, b), finalize("s", 0, b, none), reserve("t", 5, none, b), finalize("t", 6, none, b)]
  ],
  "a hold just before its deadline, and one long after the last change": [
    [0, 1, charge("c", 1, none), reserve("r", 5, none)],
    [4_999, 0, finalize("r", 5, none)],
    [34_998, 0, reserve("s", 5, none)],
    [34_998, 0, finalize("s", 5, none)]
  ],
  "what is settled at what is held, and at nothing": [
    [0, 1, charge("c", 1, none)],
    [0, 0, reserve("r", 5, { ...none, settle: "held" }), reserve("s", 5, { ...none, settle: "none" })],
    [0, 0, finalize("r", undefined, none), finalize("s", undefined, none)]
  ],
  "capped, at what is held and at less": [
    [0, 1, charge("c", 1, none), reserve("r", 5, none), reserve("s", 5, none)],
    [0, 0, { ...finalize("r", 5, none), overage: "cap" }, { ...finalize("s", 4, none), overage: "cap" }]
  ],
  "sums that are as large as they may be": [
    [0, 1, charge("c", MAX - 10, wide), reserve("r", 5, wide), reserve("s", 5, wide)],
    [0, 0, finalize("r", 5, wide)],
    [0, 0, finalize("s", 4, wide), reserve("t", 1, wide)]
  ],
  "more than was held, as much as a sum may be": [
    [0, 1, charge("c", MAX - 10, wide), reserve("r", 5, wide)],
    [0, 0, finalize("r", 10, wide)]
  ],
  "a fixed window, as it begins and as it ends": [
    [0, 1, charge("c", 1, fixed), reserve("r", 5, fixed)],
    [0, 0, finalize("r", 5, fixed)],
    [19_999, 0, reserve("s", 5, fixed)],
    [19_999, 0, finalize("s", 5, fixed)]
  ],
  "a calendar, as it begins and as it ends": [
    [0, 1, charge("c", 1, month), reserve("r", 5, month)],
    [0, 0, finalize("r", 5, month)],
    [69_998, 1, charge("d", 1, month)],
    [69_999, 0, reserve("s", 5, month)],
    [69_999, 0, finalize("s", 5, month)]
  ],
  "a hold of an earlier period, beside one of the present period that falls due then, and an account in another period":
    [
      [0, 1, charge("c", 1, fixed, b)],
      [19_000, 0, reserve("r", 5, fixed)],
      [
        20_500,
        1,
        charge("d", 1, fixed),
        { ...reserve("s", 5, fixed), ttlMs: 3_500 },
        { ...reserve("t", 5, b), ttlMs: 3_500 }
      ],
      [20_600, 1, finalize("r", 5, fixed), finalize("s", 5, fixed), finalize("t", 5, b)]
    ],
  "holds of one call that end differently": [
    [0, 1, charge("c", 1, none)],
    [
      0,
      0,
      reserve("r", 2, none),
      reserve("s", 2, { ...none, settle: "held" }),
      { ...reserve("t", 2, { ...none, settle: "held" }), ttlMs: 9_000 },
      { ...reserve("u", 2, none), ttlMs: 9_000 },
      reserve("v", 2, none)
    ],
    [1, 0, finalize("r", 2, none), finalize("s", undefined, none), finalize("v", 2, none)],
    [2, 0, finalize("t", undefined, none), finalize("u", 2, none)]
  ],
  "accounts of one call that have times of their own": [
    [0, 1, charge("c", 1, b)],
    [500, 1, charge("c", 1, none)],
    [400, 0, reserve("r", 5, b), reserve("s", 5, none)],
    [600, 1, finalize("r", 5, b), { kind: "release", id: "s", legs: [none] }]
  ],
  "holds in fields of their own, before and after one of them has expired": [
    [0, 1, charge("c", 1, wide), ...filled],
    [
      0,
      0,
      reserve("r", 5, wide),
      { ...reserve("s", 5, wide), ttlMs: 9_000 },
      { ...reserve("t", 5, wide), ttlMs: 9_000 }
    ],
    [1, 0, finalize("s", 5, wide)],
    [6_000, 1, charge("d", 1, wide), finalize("t", 5, wide)],
    [6_001, 0, { ...reserve("x", 5, wide), ttlMs: 1_000 }],
    [6_002, 0, finalize("x", 5, wide), { ...reserve("y", 5, wide), ttlMs: 9_000 }]
  ],
  "before and after one that is denied, when it looks for the next deadline among fields": [
    [0, 1, charge("c", 1, wide), ...filled, { ...reserve("r", 5, wide), ttlMs: 9_000 }],
    [
      0,
      1,
      { ...reserve("s", 5, wide), ttlMs: 9_000 },
      { ...reserve("t", 20, none), ttlMs: 9_000 },
      { ...reserve("x", 5, wide), ttlMs: 9_000 }
    ],
    [1, 0, finalize("r", 5, wide), finalize("s", 5, wide), finalize("x", 5, wide)]
  ],
  "in the call that did what was due": [
    [0, 1, charge("c", 1, none), reserve("r", 5, none), { ...reserve("s", 5, none), ttlMs: 9_000 }],
    [5_000, 1, reserve("t", 5, none), finalize("s", 5, none), reserve("x", 5, none), finalize("x", 5, none)]
  ],
  "in the call that gives an account a new life": [
    [0, 1, charge("c", 0, none), reserve("r", 5, none)],
    [60_000, 1, charge("c", 0, none), reserve("r", 20, none), finalize("r", 20, none)]
  ]
}

const audited = {
  keepsForever: true,
  collects: false,
  settings: { ...settings, maxTtlMs: MAX_TTL_MS, gridMs: GRID_MS, collectAfterMs: COLLECT_AFTER_MS }
}

const told = async (client: Bench["client"], script: string, startMs: number, calls: ReadonlyArray<Call>) => {
  const bench = new Bench(client, counting(script))
  const book = new Book(settings)
  for (const [at, [afterMs, left, ...given]] of calls.entries()) {
    const nowMs = startMs + afterMs
    bench.nowMs = nowMs
    const commands = given.map((one) => readCommand(one))
    await client.del(COUNTER)
    const answers: unknown = JSON.parse(JSON.stringify(await bench.execute(...commands)))
    same(answers, JSON.parse(JSON.stringify(book.execute(commands, nowMs))), `call ${at}`)
    same(Number(await client.get(COUNTER)), left, `call ${at}: left to the rules`)
    same(faultOf(stateOf(await bench.dump()), new Map(), { ...audited, nowMs }), undefined, `call ${at}: the rows`)
  }
}

export const plainChecks: ReadonlyArray<Check> = [
  ...Object.entries(cases).map(([name, calls]): Check => ({
    name: `decided the short way: ${name}`,
    run: (client, script) => told(client, script, START_MS, calls)
  })),
  {
    name: "decided the short way: from the first time of 13 digits to the last",
    run: async (client, script) => {
      for (const startMs of [1e12, 9_999_999_999_999]) {
        await client.flushdb("SYNC")
        const calls: ReadonlyArray<Call> = [
          [0, 1, charge("c", 1, none), reserve("r", 5, none)],
          [0, 0, finalize("r", 5, none)]
        ]
        await told(client, script, startMs, calls)
      }
    }
  }
]
