/**
 * What must hold of the rows after every call, whatever was called: each sum is that of the entries below it, and each key goes when it may.
 */
import { isDeepStrictEqual } from "node:util"

import type { Account, Entry } from "./dump.ts"
import { expiryFaults } from "./audit-expiry.ts"
import type { Terms } from "./audit-expiry.ts"

/** There is room for so many. */
export const MOST_DUE_IN_ROW = 4

type State = ReadonlyMap<string, Account>

/** The first thing that is wrong; undefined: nothing. */
export const faultOf = (state: State, before: State, terms: Terms): string | undefined => {
  for (const account of state.values()) {
    const old = before.get(account.key)
    if (old !== undefined && isDeepStrictEqual(old, account)) continue
    const [fault] = [...rowFaults(account, terms), ...expiryFaults(account, old, terms)]
    if (fault !== undefined) return `${JSON.stringify(account.key)}: ${fault}`
  }
  return undefined
}

function* rowFaults(account: Account, terms: Terms): Generator<string> {
  const { due, row } = account
  for (const [name, value] of Object.entries(row))
    if (!Number.isSafeInteger(value) || value < (name === "storedLimit" ? -2 : -1)) yield `${name} is ${value}`
  if (!Number.isSafeInteger(row["used"]! + row["reserved"]!)) yield "used + reserved is too large"
  if (row["endMs"] !== -1 && row["startMs"] === -1) yield "a window that is not open has an end"
  const ticks = [...new Set(due.map(({ tickMs }) => tickMs))].toSorted((left, right) => left - right)
  // Of a forgotten row only the time goes on: what fell due since has not been done.
  const throughMs = Math.min(row["lastMs"]!, (ticks[0] ?? Infinity) - 1)
  const isLive = ({ values }: Entry): boolean => Number(values["deadlineMs"]) > throughMs
  const live = account.holds.filter(isLive)
  yield* different("reserved", row["reserved"], total(live.filter(isOf(row["period"]!)), "held"))
  yield* different("atStake", row["atStake"], total(live, "expiryCost"))
  yield* different("liveHolds", row["liveHolds"], live.length)
  yield* different("staleHolds", row["staleHolds"], account.holds.length - live.length)
  yield* different("due rows", dueText(due), dueText(dueFrom(live)))
  const fields = account.dueFields
  yield* different(
    "the index",
    account.ticks.map(String).join("; "),
    fields.map((tick) => `${tick},${tick}`).join("; ")
  )
  yield* different("ticks", row["ticks"], fields.length)
  if (fields.length > 0 && !(row["nextMs"]! <= fields[0]!)) yield `nextMs is after ${fields[0]}`
  if (account.dueInRow > MOST_DUE_IN_ROW) yield `${account.dueInRow} due rows in the row`
  for (const { values } of account.holds) if (values["state"] !== "held") yield `${String(values["state"])} among holds`
  const collectedMs = terms.settings.unsettledRetentionMs + terms.settings.collectAfterMs
  const first = Math.min(...account.holds.map(({ values }) => Number(values["deadlineMs"])))
  if (
    first <= throughMs &&
    row["collectMs"]! > Math.max(first + collectedMs, row["lastMs"]! + terms.settings.collectAfterMs)
  )
    yield `expired holds are looked at from ${row["collectMs"]} on`
  for (const { entries, parity } of account.shelves)
    for (const { id, values } of entries) {
      const shelf = Math.floor(Number(values["changedMs"]) / shelfMs(terms))
      if (values["state"] === "held") yield `${id} on a shelf is held`
      if (shelf % 2 !== parity || shelf > row["shelf"]!) yield `${id} lies on the wrong shelf`
    }
}

export const shelfMs = ({ settings }: Terms): number => settings.settledRetentionMs + settings.collectAfterMs

const isOf =
  (period: number) =>
  ({ values }: Entry): boolean =>
    values["period"] === period

const total = (entries: ReadonlyArray<Entry>, name: string): number =>
  entries.reduce((sum, { values }) => sum + Number(values[name]), 0)

function* different(what: string, actual: unknown, expected: unknown): Generator<string> {
  if (actual !== expected) yield `${what}: ${String(actual)}, and the entries say ${String(expected)}`
}

const dueFrom = (live: ReadonlyArray<Entry>): Account["due"] => {
  const rows = new Map<string, { tickMs: number; period: number; count: number; amount: number; cost: number }>()
  for (const { values } of live) {
    const [tickMs, period] = [Number(values["deadlineMs"]), Number(values["period"])]
    const row = rows.get(`${tickMs} ${period}`) ?? { tickMs, period, count: 0, amount: 0, cost: 0 }
    row.count++
    row.amount += Number(values["held"])
    row.cost += Number(values["expiryCost"])
    rows.set(`${tickMs} ${period}`, row)
  }
  return [...rows.values()]
}

const dueText = (rows: Account["due"]): string =>
  rows
    .map(({ tickMs, period, count, amount, cost }) => `${tickMs}: ${period} ${count} ${amount} ${cost}`)
    .toSorted()
    .join("; ")
