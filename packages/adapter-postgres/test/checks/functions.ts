/**
 * What the functions say that the sections share, value by value: also where no command can tell one number from another.
 */
import { rowsOf, same } from "./bench.ts"
import type { Check } from "./check.ts"

const MAX = 9_007_199_254_740_991

const said: ReadonlyArray<readonly [call: string, value: unknown]> = [
  ["deadline_of(1000)", 1_000],
  ["deadline_of(1001)", 2_000],
  ["expiry_cost('held', 7, 3, 'refund')", 7],
  ["expiry_cost('none', 7, 3, 'charge-held')", 0],
  ["expiry_cost('actual', 7, 3, 'refund')", 0],
  ["expiry_cost('actual', 7, 3, 'charge-held')", 7],
  ["expiry_cost('actual', 7, 3, 'charge-measured')", 3],
  ["expiry_cost('actual', 7, 9, NULL)", 7],
  ["expiry_cost('actual', 7, NULL, NULL)", 0],
  ["dearest(NULL, 'refund')", "refund"],
  ["dearest('refund', NULL)", "refund"],
  ["dearest('refund', 'charge-measured')", "charge-measured"],
  ["dearest('charge-held', 'charge-measured')", "charge-held"],
  ["limit_in_force(true, NULL, 5)", -1],
  ["limit_in_force(false, 7, 5)", 7],
  ["limit_in_force(false, NULL, 5)", 5],
  ["limit_in_force(false, NULL, NULL)", null],
  ["spendable_of(NULL, 3)", 0],
  ["spendable_of(-1, 3)", null],
  ["spendable_of(0, 0)", 0],
  ["spendable_of(10, 5)", 5],
  ["spendable_of(10, 11)", 0],
  [`is_overflow(${MAX})`, false],
  [`is_overflow(${MAX} + 1)`, true],
  // start, end and last change of what is open; kind, length and end of the window now; now, the account's time, live holds.
  ["is_roll_due(NULL, NULL, 0, 'fixed', 10, 20, 30, 30, 0)", false],
  ["is_roll_due(0, NULL, 5, 'idle', 10, NULL, 15, 15, 0)", true],
  ["is_roll_due(0, NULL, 5, 'idle', 10, NULL, 14, 14, 0)", false],
  ["is_roll_due(0, NULL, 5, 'idle', 10, NULL, 15, 15, 1)", false],
  ["is_roll_due(0, 10, 5, 'fixed', 10, NULL, 30, 30, 0)", false],
  ["is_roll_due(0, NULL, 5, 'fixed', 10, 20, 30, 30, 0)", false],
  ["is_roll_due(0, 10, 5, 'fixed', 10, 20, 10, 10, 0)", true],
  ["is_roll_due(0, 10, 5, 'fixed', 10, 10, 9, 9, 0)", false],
  ["is_roll_due(10, 20, 5, 'fixed', 10, 9, 9, 19, 0)", true],
  ["is_roll_due(10, 20, 5, 'fixed', 10, 10, 9, 19, 0)", false],
  ["refuse(true, true, true, false, NULL, 1)", 1],
  ["refuse(true, true, false, false, 5, 1)", 2],
  ["refuse(false, true, false, false, 5, 1)", null],
  ["refuse(true, true, true, true, 5, 9)", 3],
  ["refuse(true, true, true, NULL, 5, 5)", null],
  [`refuse(true, true, true, false, -1, ${MAX} + 1)`, 4],
  [`refuse(true, true, true, false, -1, ${MAX})`, null],
  [`refuse(true, false, true, false, 5, ${MAX} + 1)`, 4],
  ["refuse(true, false, true, false, 5, 12)", null],
  ["refuse(true, true, true, false, 5, 6)", 5],
  ["refuse(true, true, true, false, 5, 5)", null],
  ["refuse(true, true, true, false, 0, 1)", 5],
  // No limit is left, which is another reason than that no number could say it.
  [`refuse(true, true, true, false, 0, ${MAX} + 1)`, 5],
  ["blank_account('a', 'w', 7, 3)::text", "(a,w,,,f,t,0,0,0,,0,,,0,7,3,0,0,)"],
  ["idle_of('idle:15000')", 15_000],
  ["idle_of('none')", null]
]

export const functionChecks: ReadonlyArray<Check> = [
  {
    name: "the functions that the sections share say what is written above them",
    run: async (bench) => {
      const [row] = await rowsOf(bench, `SELECT ${said.map(([call]) => `{schema}.${call}`).join(", ")}`)
      for (const [at, [call, value]] of said.entries()) same(row![at], value, call)
    }
  }
]
