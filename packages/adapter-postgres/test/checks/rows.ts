/**
 * What an entry's row says after each command, column by column, also where a new command takes the row of one that is forgotten.
 */
import { charge, execute, finalize, leg, reserve, rowsOf, same, sound, START_MS } from "./bench.ts"
import type { Bench, Check } from "./check.ts"

const COLUMNS =
  "command, state, accounts, digest, settle, amount, held, measured, when_unknown, deadline_ms, expiry_cost, period, created_ms, changed_ms, debited, actual, overage, unbilled, late"

type Row = Readonly<Record<string, unknown>>

const rowOf = async (bench: Bench, id: string): Promise<Row> => {
  const [row] = await rowsOf(bench, `SELECT ${COLUMNS} FROM {schema}.entry WHERE account = 'a' AND id = '${id}'`)
  return Object.fromEntries(COLUMNS.split(", ").map((column, at) => [column, row?.[at]]))
}

/** What of a row is not as it was. Times count from the start; of what is long, only that it is another. */
const changes = (before: Row | undefined, after: Row): Row =>
  Object.fromEntries(
    Object.entries(after)
      .filter(([column, value]) => (before === undefined ? !(column in long) : value !== before[column]))
      .map(([column, value]) => [column, column.endsWith("_ms") ? Number(value) - START_MS : (long[column] ?? value)])
  )

const long: Row = { digest: "another", accounts: "others" }

const of = (more: object) => leg("a", { window: { kind: "fixed", lengthMs: 20_000 }, limit: 10, ...more })

type Step = readonly [afterMs: number, command: object, changes: Row]

/** Ids are remembered for 10 s: the fourth and the last are new reservations, in the row of the old one. */
const steps: ReadonlyArray<Step> = [
  [
    0,
    reserve("r", 1_000, of({ amount: 5 })),
    {
      command: "reserve",
      state: "held",
      settle: "actual",
      amount: 5,
      held: 5,
      measured: null,
      when_unknown: null,
      deadline_ms: 1_000,
      expiry_cost: 0,
      period: 0,
      created_ms: 0,
      changed_ms: 0,
      debited: 0,
      actual: null,
      overage: "debit",
      unbilled: 0,
      late: false
    }
  ],
  [
    500,
    { kind: "extend", id: "r", ttlMs: 60_000, whenUnknown: "charge-measured", legs: [of({ total: 7, measured: 3 })] },
    { held: 7, measured: 3, when_unknown: "charge-measured", deadline_ms: 61_000, expiry_cost: 3, changed_ms: 500 }
  ],
  [
    700,
    // 7 are its own, 3 are free.
    { ...finalize("r", of({ actual: 12 })), overage: "cap" },
    { state: "finalized", changed_ms: 700, debited: 10, actual: 12, overage: "cap", unbilled: 2 }
  ],
  [
    25_000,
    reserve("r", 1_000, of({ amount: 4, settle: "held" }), leg("b", { amount: 1 })),
    {
      state: "held",
      settle: "held",
      amount: 4,
      held: 4,
      measured: null,
      when_unknown: null,
      deadline_ms: 26_000,
      expiry_cost: 4,
      period: 1,
      created_ms: 25_000,
      changed_ms: 25_000,
      debited: 0,
      actual: null,
      overage: "debit",
      unbilled: 0,
      digest: "another",
      accounts: "others"
    }
  ],
  [
    30_000,
    finalize("r", of({}), leg("b", { actual: 1 })),
    { state: "finalized", changed_ms: 30_000, debited: 4, late: true }
  ],
  [
    45_000,
    charge("r", of({ amount: 2 })),
    {
      command: "charge",
      state: "charged",
      settle: "actual",
      amount: 2,
      held: 0,
      deadline_ms: 45_000,
      expiry_cost: 0,
      period: 2,
      created_ms: 45_000,
      changed_ms: 45_000,
      debited: 2,
      actual: 2,
      late: false,
      digest: "another",
      accounts: "others"
    }
  ]
]

const adjust = (id: string, adjustment: object) => ({ kind: "adjust", id, adjustment, legs: [leg("a")] })

export const rowChecks: ReadonlyArray<Check> = [
  {
    name: "an entry's row says what each command made of it",
    run: async (bench) => {
      let before: Row | undefined
      for (const [afterMs, command, expected] of steps) {
        await execute(bench, START_MS + afterMs, command)
        const after = await rowOf(bench, "r")
        same(sorted(changes(before, after)), sorted(expected), `${afterMs} ms in`)
        before = after
      }
    }
  },
  {
    name: "an ending of an earlier window's hold costs what it used more than it held, whatever is held now",
    run: async (bench) => {
      await execute(bench, START_MS, reserve("r", 60_000, of({ amount: 5 })))
      await execute(bench, START_MS + 20_000, reserve("s", 60_000, of({ amount: 7 })))
      await execute(bench, START_MS + 20_000, finalize("r", of({ actual: 6 })))
      same(await rowsOf(bench, "SELECT used, reserved FROM {schema}.account"), [[1, 7]], "used and reserved")
      await sound(bench)
    }
  },
  {
    name: "an ending without a hold says that nothing was held",
    run: async (bench) => {
      await execute(bench, START_MS, { ...finalize("r", of({ actual: 6 })), ifUnknown: "charge" })
      const [row] = await rowsOf(
        bench,
        "SELECT amount, held, expiry_cost, debited, actual, unbilled FROM {schema}.entry"
      )
      same(row, [0, 0, 0, 6, 6, 0], "its row")
    }
  },
  {
    name: "an adjustment of an earlier life is another one's id now",
    run: async (bench) => {
      const lifeMs = START_MS + 60_000
      for (const [nowMs, adjustment, tag] of [
        [START_MS, { kind: "reset" }, "Adjusted"],
        [START_MS, { kind: "reopen" }, "Conflict"],
        [lifeMs, { kind: "reopen" }, "Adjusted"],
        [lifeMs, { kind: "reopen" }, "Adjusted"],
        [lifeMs, { kind: "reset" }, "Conflict"]
      ] as const)
        same((await execute(bench, nowMs, adjust("x", adjustment)))[0]!._tag, tag, JSON.stringify(adjustment))
      same(await rowsOf(bench, "SELECT changed_ms FROM {schema}.adjustment"), [[lifeMs]], "the rows")
    }
  },
  {
    name: "an adjustment's id is another one's in each window of an account, and in each account",
    run: async (bench) => {
      const idle = { window: { kind: "idle", idleMs: 3_600_000 } }
      const adjustments = [leg("a"), leg("a", idle), leg("b")].map((of, at) => ({
        ...adjust("x", { kind: "setLimit", limit: at }),
        legs: [of]
      }))
      for (const replayed of [false, true])
        for (const adjustment of adjustments) {
          const [outcome] = await execute(bench, START_MS, adjustment)
          same([outcome!._tag, outcome!.replayed], ["Adjusted", replayed], JSON.stringify(outcome))
        }
      same(await rowsOf(bench, "SELECT stored_limit FROM {schema}.account ORDER BY 1"), [[0], [1], [2]], "limits")
    }
  },
  {
    name: "an account that is born again leaves alone what its other windows hold",
    run: async (bench) => {
      const idle = { window: { kind: "idle", idleMs: 3_600_000 } }
      // It expires, costs nothing, and is forgotten with its account; its due row is still there then.
      await execute(bench, START_MS, reserve("r", 1_000, leg("a", { amount: 5 })))
      await execute(bench, START_MS, reserve("s", 600_000, leg("a", { ...idle, amount: 7, settle: "held" })))
      await execute(bench, START_MS, reserve("t", 600_000, leg("b", { amount: 3, settle: "held" })))
      await execute(bench, START_MS + 60_000, charge("c", leg("a", { amount: 1 })))
      same(await rowsOf(bench, "SELECT amount FROM {schema}.due ORDER BY 1"), [[3], [7]], "due")
      await sound(bench)
    }
  }
]

const sorted = (row: Row): Row => Object.fromEntries(Object.entries(row).toSorted(([a], [b]) => (a < b ? -1 : 1)))
