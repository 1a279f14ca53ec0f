/**
 * What must hold of the rows after every call, whatever was called: each sum is that of the entries below it, and each key goes when it may.
 */
import { isDeepStrictEqual } from "node:util"

import type { Account, Entry } from "./dump.ts"
import { expiryFaults } from "./audit-expiry.ts"
import type { Terms } from "./audit-expiry.ts"

type State = ReadonlyMap<string, Account>

/** The first thing that is wrong; undefined: nothing. */
export const faultOf = (state: State, before: State, terms: Terms): string | undefined => {
  for (const account of state.values()) {
    const old = before.get(account.key)
    // What nobody has written since may lie behind: entries below it have gone by themselves.
    if (old !== undefined && isDeepStrictEqual(old.fields, account.fields)) continue
    // So does a forgotten row, of which only the time goes on.
    const lies = terms.collects && account.fields.has("throughMs")
    const [fault] = [...(lies ? [] : rowFaults(account)), ...expiryFaults(account, old, terms)]
    if (fault !== undefined) return `${JSON.stringify(account.key)}: ${fault}`
  }
  return undefined
}

export const numberOf = (account: Account, name: string): number => Number(account.fields.get(name) ?? 0)

function* rowFaults(account: Account): Generator<string> {
  const { due, holds } = account
  const number = (name: string): number => numberOf(account, name)
  const names = ["revision", "used", "reserved", "period", "lastMs", "bornMs", "changedMs", "liveHolds", "staleHolds"]
  for (const name of [...names, "atStake", "nextMs", "expiresMs"])
    if (!(Number.isSafeInteger(number(name)) && number(name) >= 0)) yield `${name} is ${account.fields.get(name)}`
  if (!Number.isSafeInteger(number("used") + number("reserved"))) yield "used + reserved is too large"
  if (account.fields.has("endMs") && !account.fields.has("startMs")) yield "a window that is not open has an end"
  const throughMs = account.fields.has("throughMs") ? number("throughMs") : number("lastMs")
  const live = account.entries.filter((entry) => isLive(entry, number("bornMs"), throughMs))
  const present = live.filter(({ values }) => values["period"] === String(number("period")))
  yield* different("reserved", number("reserved"), total(present, "held"))
  yield* different("atStake", number("atStake"), total(live, "expiryCost"))
  yield* different("liveHolds", number("liveHolds"), live.length)
  yield* different("due rows", dueText(due.filter(({ count }) => count > 0)), dueText(dueFrom(live)))
  if (due.some(({ count }) => count <= 0)) yield "a due row counts no holds"
  yield* different("live ids in the index", idsText(holds, throughMs), entriesText(live))
  const stale = [...holds.values()].filter((deadlineMs) => deadlineMs <= throughMs).length
  if (stale > number("staleHolds")) yield `${stale} stale ids in the index, of which ${number("staleHolds")} are known`
  const first = Math.min(...due.map(({ tickMs }) => tickMs))
  if (live.length > 0 && !(number("nextMs") > 0 && number("nextMs") <= first)) yield `nextMs is after ${first}`
}

const isLive = ({ values }: Entry, bornMs: number, throughMs: number): boolean =>
  values["state"] === "held" && Number(values["changedMs"]) >= bornMs && Number(values["deadlineMs"]) > throughMs

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

const idsText = (holds: Account["holds"], throughMs: number): string =>
  [...holds]
    .filter(([, deadlineMs]) => deadlineMs > throughMs)
    .map(([id, deadlineMs]) => `${id} ${deadlineMs}`)
    .toSorted()
    .join("; ")

const entriesText = (live: ReadonlyArray<Entry>): string =>
  live
    .map(({ id, values }) => `${id} ${values["deadlineMs"]}`)
    .toSorted()
    .join("; ")
