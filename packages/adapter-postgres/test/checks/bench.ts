/**
 * Short words for what the checks do: calls at a time of their choice, and looks into the tables.
 */
import { readCommand } from "@tallystick/core/machine"
import type { Outcome } from "@tallystick/core/machine"
import type { QuotaStore, SweepReport } from "@tallystick/core/store"
import { isDeepStrictEqual } from "node:util"

import { postgresStore } from "../../src/index.ts"
import { runAt } from "../at.ts"
import { auditText } from "../support/audit.ts"
import type { Bench } from "./check.ts"

export const settings = { settledRetentionMs: 10_000, unsettledRetentionMs: 30_000, longestCallMs: 1_000 }

export const START_MS = 1_728_000_000_000
export const HOUR_MS = 3_600_000

/** By the caller's clock; each call on its own. */
export const storeOf = ({ pool, schema }: Bench): QuotaStore =>
  postgresStore({ pool, schema, clock: "caller", batch: false, ...settings })

export const execute = (
  bench: Bench,
  nowMs: number,
  ...commands: ReadonlyArray<object>
): Promise<ReadonlyArray<Outcome>> =>
  runAt(nowMs, storeOf(bench).execute(commands.map((command) => readCommand(command))))

/** Until there is no more. */
export const sweepAll = async (
  bench: Bench,
  nowMs: number,
  limit = 100
): Promise<Pick<SweepReport, "entries" | "accounts">> => {
  const store = storeOf(bench)
  const sum = { entries: 0, accounts: 0 }
  for (let calls = 0; calls < 200; calls++) {
    const { accounts, entries, more } = await runAt(nowMs, store.sweep(limit))
    sum.entries += entries
    sum.accounts += accounts
    if (entries + accounts > limit) throw new Error(`${entries} and ${accounts} of ${limit}`)
    if (!more) return sum
  }
  throw new Error("there is always more")
}

/** `{schema}` stands for the schema's name. Numbers come as numbers. */
export const rowsOf = async ({ pool, schema }: Bench, text: string): Promise<ReadonlyArray<ReadonlyArray<unknown>>> => {
  const { rows } = await pool.query<Array<unknown>>({
    text: text.replaceAll("{schema}", schema),
    rowMode: "array"
  })
  return rows.map((row) =>
    row.map((value) => (typeof value === "string" && /^-?\d+$/.test(value) ? Number(value) : value))
  )
}

export const sound = async (bench: Bench): Promise<void> => {
  const faults = await rowsOf(bench, auditText(bench.schema))
  if (faults.length > 0) throw new Error(String(faults[0]))
}

export const same = (actual: unknown, expected: unknown, what: string): void => {
  if (!isDeepStrictEqual(actual, expected))
    throw new Error(`${what}: ${JSON.stringify(actual)} instead of ${JSON.stringify(expected)}`)
}

export const none = { kind: "none" } as const

/** An unlimited account without a window, of which an ending costs what was used. */
export const leg = (account: string, rest: object = {}) => ({ account, window: none, unit: "u", limit: null, ...rest })

export const reserve = (id: string, ttlMs: number, ...legs: ReadonlyArray<object>): object => ({
  kind: "reserve",
  id,
  ttlMs,
  legs
})
export const charge = (id: string, ...legs: ReadonlyArray<object>): object => ({ kind: "charge", id, legs })
export const release = (id: string, ...legs: ReadonlyArray<object>): object => ({ kind: "release", id, legs })
export const finalize = (id: string, ...legs: ReadonlyArray<object>): object => ({
  kind: "finalize",
  id,
  overage: "debit",
  ifUnknown: "mark",
  sentAgoMs: 0,
  legs
})
