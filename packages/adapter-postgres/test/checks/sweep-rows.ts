/**
 * What the checks of sweep put into the tables and read from them.
 */

import { charge, execute, leg, rowsOf, same, START_MS, sweepAll } from "./bench.ts"
import type { Bench } from "./check.ts"

export const idsOf = async (bench: Bench): Promise<ReadonlyArray<unknown>> =>
  (await rowsOf(bench, "SELECT account || ' ' || id FROM {schema}.entry ORDER BY account, id")).map(([id]) => id)
export const namesOf = async (bench: Bench): Promise<ReadonlyArray<unknown>> =>
  (await rowsOf(bench, `SELECT account FROM {schema}.account ORDER BY account, "window"`)).map(([name]) => name)

/** With something used, so that the account stays. */
export const kept = (bench: Bench, account: string, nowMs = START_MS) =>
  execute(bench, nowMs, charge(`kept ${account}`, leg(account, { amount: 1 })))

export const gone = async (bench: Bench, nowMs: number, entries: number, accounts: number): Promise<void> =>
  same(await sweepAll(bench, nowMs), { entries, accounts }, `swept at ${nowMs - START_MS} ms`)

export const slot = (account: string) => leg(account, { amount: 1, settle: "none" })
