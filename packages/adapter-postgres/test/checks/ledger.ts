/**
 * What the ledger says, and what is left of it when old rows are pruned.
 */
import { START_MS, charge, execute, finalize, leg, reserve, rowsOf, same, sound, sweepAll } from "./bench.ts"
import type { Bench, Check } from "./check.ts"

const ledgerOf = (bench: Bench, account: string) =>
  rowsOf(
    bench,
    `SELECT cause, id, at_ms - ${START_MS}, used_delta, reserved_delta, holds FROM {schema}.ledger WHERE account = '${account}' ORDER BY revision`
  )

const sumsOf = (bench: Bench) => rowsOf(bench, `SELECT * FROM {schema}.ledger_sums ORDER BY account, "window"`)
const accountsOf = (bench: Bench) =>
  rowsOf(bench, `SELECT account, "window", used, reserved FROM {schema}.account ORDER BY account, "window"`)

const held = (account: string, amount: number) => leg(account, { amount, settle: "held" })
const fixed = { kind: "fixed", lengthMs: 20_000 } as const

/** Every cause, and two ticks that expire at once, of two periods. */
const history = async (bench: Bench): Promise<void> => {
  const windowed = { ...leg("w"), window: fixed }
  await execute(bench, START_MS, charge("c", leg("a", { amount: 7 })))
  await execute(bench, START_MS + 1, reserve("r1", 1_000, held("a", 2)), reserve("r2", 1_500, held("a", 3)))
  await execute(
    bench,
    START_MS + 2,
    reserve("r3", 2_500, held("a", 5)),
    reserve("r4", 60_000, leg("a", { amount: 11, settle: "actual" }))
  )
  await execute(bench, START_MS + 3, { kind: "extend", id: "r4", legs: [leg("a", { total: 13, measured: 1 })] })
  await execute(bench, START_MS + 9_000, finalize("r4", leg("a", { actual: 4 })))
  await execute(bench, START_MS + 9_001, finalize("r3", leg("a")), { kind: "release", id: "x", legs: [leg("a")] })
  await execute(bench, START_MS + 9_002, { kind: "adjust", id: "j", adjustment: { kind: "reset" }, legs: [leg("a")] })
  await execute(bench, START_MS + 9_003, charge("z", leg("z", { amount: 1 }), { ...windowed, account: "z", amount: 2 }))
  await execute(bench, START_MS + 9_003, reserve("w1", 30_000, { ...windowed, amount: 3, settle: "held" }))
  await execute(bench, START_MS + 10_000, charge("w2", { ...windowed, amount: 9 }))
  await execute(bench, START_MS + 50_000, charge("w3", { ...windowed, amount: 1 }))
}

const expectedA = [
  ["charged", "c", 0, 7, 0, null],
  ["reserved", "r1", 1, 0, 2, null],
  ["reserved", "r2", 1, 0, 3, null],
  ["reserved", "r3", 2, 0, 5, null],
  ["reserved", "r4", 2, 0, 11, null],
  ["extended", "r4", 3, 0, 2, null],
  ["expired", null, 2_000, 5, -5, 2],
  ["expired", null, 3_000, 5, -5, 1],
  ["finalized", "r4", 9_000, 4, -13, null],
  ["finalized", "r3", 9_001, 0, 0, null],
  ["marked", "x", 9_001, 0, 0, null],
  ["adjusted", "j", 9_002, -21, 0, null]
]

/** The hold is of the window before: its expiry moves no sums. */
const expectedW = [
  ["reserved", "w1", 9_003, 0, 3, null],
  ["charged", "w2", 10_000, 9, 0, null],
  ["expired", null, 40_000, 3, -3, 1],
  ["rolled", null, 50_000, -12, 0, null],
  ["charged", "w3", 50_000, 1, 0, null]
]

const prune = async (bench: Bench, beforeMs: number): Promise<unknown> =>
  (await rowsOf(bench, `SELECT {schema}.prune_ledger(${beforeMs})`))[0]![0]

export const ledgerChecks: ReadonlyArray<Check> = [
  {
    name: "the ledger says every change in its order, and one row for each tick that expired",
    run: async (bench) => {
      await history(bench)
      same(await ledgerOf(bench, "a"), expectedA, "the ledger of a")
      same(await ledgerOf(bench, "w"), expectedW, "the ledger of w")
      same(await sumsOf(bench), await accountsOf(bench), "ledger_sums")
      await sound(bench)
      await rowsOf(bench, "DELETE FROM {schema}.ledger WHERE account = 'z'")
      const lost = (await sumsOf(bench)).filter(([account]) => account === "z")
      same(
        lost.map(([, , ...sums]) => sums),
        [
          [0, 0],
          [0, 0]
        ],
        "ledger_sums of an account whose rows are gone"
      )
    }
  },
  {
    name: "pruning asks of each window of an account by itself what has followed, and whether it is there",
    run: async (bench) => {
      const idle = { window: { kind: "idle", idleMs: 3_600_000 } }
      const rows = () => rowsOf(bench, 'SELECT "window", cause FROM {schema}.ledger ORDER BY "window" COLLATE "C"')
      await execute(bench, START_MS, charge("c", leg("a", { ...idle, amount: 1 })))
      same(await prune(bench, START_MS + 1), 1, "rows of one window")
      await execute(bench, START_MS + 10, charge("d", leg("a", { amount: 1 })))
      same(await prune(bench, START_MS + 20), 1, "rows of the other")
      const [ofIdle, ofNone] = await rows()
      same([ofIdle![1], ofNone![1]], ["opening", "opening"], "what they left")
      await rowsOf(bench, `DELETE FROM {schema}.account WHERE "window" = 'none'`)
      same(await prune(bench, START_MS + 20), 1, "rows of one that is gone")
      same(await rows(), [ofIdle], "what that left")
    }
  },
  {
    name: "pruning makes one opening of what it drops",
    run: async (bench) => {
      await history(bench)
      const before = await accountsOf(bench)
      // The row at 3 ms stays: it is not before 3 ms.
      same(await prune(bench, START_MS + 3), 5, "rows dropped")
      same(await ledgerOf(bench, "a"), [["opening", null, 2, 7, 21, null], ...expectedA.slice(5)], "the ledger of a")
      same(await ledgerOf(bench, "w"), expectedW, "the ledger of w")
      same(await sumsOf(bench), before, "ledger_sums")
      await sound(bench)
      same(await prune(bench, START_MS + 3), 0, "rows dropped the second time")
      same(await prune(bench, START_MS + 9_001), 5, "rows dropped later")
      same(await ledgerOf(bench, "a"), [["opening", null, 9_000, 21, 0, null], ...expectedA.slice(9)], "later")
      same(await prune(bench, START_MS + 90_000), 4 + 5 + 2, "all rows")
      same(await prune(bench, START_MS + 90_000), 0, "rows that are not openings")
      same((await ledgerOf(bench, "w")).length, 1, "rows of w")
      same(await sumsOf(bench), before, "ledger_sums in the end")
      await execute(bench, START_MS + 50_001, charge("more", leg("a", { amount: 5 })))
      same((await ledgerOf(bench, "a")).length, 2, "an opening, and what came then")
      await sound(bench)
    }
  },
  {
    name: "pruning drops all of an account that is gone, and of an earlier life",
    run: async (bench) => {
      const returned = leg("a", { amount: 3, settle: "none" })
      await execute(bench, START_MS, reserve("r", 1_000, returned), reserve("s", 1_000, { ...returned, account: "b" }))
      await execute(bench, START_MS, charge("c", leg("c", { amount: 6 })))
      same(await prune(bench, START_MS + 1), 3, "rows dropped")
      const laterMs = START_MS + 40_000_000
      // `a` is born again before anybody has collected it; `b` is collected.
      await execute(bench, laterMs, charge("c", leg("a", { amount: 1 })))
      same(await sweepAll(bench, laterMs), { entries: 3, accounts: 1 }, "swept")
      same((await rowsOf(bench, "SELECT 1 FROM {schema}.ledger")).length, 4, "rows")
      same(
        await sumsOf(bench),
        [
          ["a", "none", 1, 0],
          ["c", "none", 6, 0]
        ],
        "ledger_sums before"
      )
      same(await prune(bench, laterMs), 2, "rows of lives that have ended")
      same(await ledgerOf(bench, "a"), [["charged", "c", 40_000_000, 1, 0, null]], "what is left")
      same(
        await sumsOf(bench),
        [
          ["a", "none", 1, 0],
          ["c", "none", 6, 0]
        ],
        "ledger_sums"
      )
      await sound(bench)
    }
  },
  {
    name: "ledger_sums has what is reserved, too",
    run: async (bench) => {
      await execute(
        bench,
        START_MS,
        reserve("r", 60_000, leg("a", { amount: 5 })),
        charge("c", leg("a", { amount: 2 }))
      )
      await execute(bench, START_MS, reserve("s", 60_000, leg("b", { amount: 7 })))
      same(
        await sumsOf(bench),
        [
          ["a", "none", 2, 5],
          ["b", "none", 0, 7]
        ],
        "ledger_sums"
      )
    }
  }
]
