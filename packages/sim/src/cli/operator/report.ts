/**
 * What the commands for operators print.
 */
import type { AccountUsage, Hold, SettledAccount } from "@tallystick/core"
import type { LedgerRow, Repair } from "@tallystick/core/store"

import { counted, thousands } from "../../report/numbers.ts"
import { left, right, table } from "../../report/table.ts"
import { windowText } from "./window-option.ts"

const ages: ReadonlyArray<readonly [ms: number, unit: string]> = [
  [86_400_000, "d"],
  [3_600_000, "h"],
  [60_000, "min"],
  [1_000, "s"]
]

/** 90000 -> 1.5 min */
export const ageText = (ms: number): string => {
  const [unitMs, unit] = ages.find(([unitMs]) => ms >= unitMs) ?? [1_000, "s"]
  return `${Math.round((ms / unitMs) * 10) / 10} ${unit}`
}

const limitText = ({ limit, limitFrom }: AccountUsage): string => {
  if (limitFrom !== "stored") return "in the app's code (none is stored)"
  return limit === null ? "unlimited (stored)" : `${thousands(limit)} (stored)`
}

/** An account's numbers. */
export const accountLines = (account: AccountUsage): ReadonlyArray<string> => {
  const { debt, open, resetsInMs, reserved, revision, spendable, unit, used, window } = account
  const isStored = account.limitFrom === "stored"
  const rows = [
    ["limit", limitText(account)],
    ["used", thousands(used)],
    ["held", thousands(reserved)],
    ...(isStored && spendable !== null ? [["left", thousands(spendable)]] : []),
    ...(debt > 0 ? [["debt", thousands(debt)]] : []),
    ["status", isStored ? account.status : "depends on the limit"],
    ["open", open ? "yes" : "no: nothing is admitted"],
    ...(resetsInMs === null ? [] : [["starts anew", `in ${ageText(resetsInMs)}`]]),
    ["revision", String(revision)]
  ]
  return [
    `${account.account} (${windowText(window)})${unit === null ? "" : `, ${unit}`}`,
    ...table([left(""), left("")], rows).map((line) => `  ${line}`)
  ]
}

export const holdLines = (holds: ReadonlyArray<Hold>, isMore: boolean): ReadonlyArray<string> => {
  if (holds.length === 0) return ["no open holds"]
  const rows = holds.map(({ ageMs, expiresInMs, held, id, measured, settle }) => [
    id,
    thousands(held),
    measured === null ? "-" : thousands(measured),
    settle,
    ageText(ageMs),
    ageText(expiresInMs)
  ])
  const columns = [left("request"), right("held"), right("measured"), left("debits"), right("age"), right("expires in")]
  const title = isMore ? `the first ${counted(holds.length, "open hold")}` : counted(holds.length, "open hold")
  return [title, ...table(columns, rows).map((line) => `  ${line}`)]
}

const signed = (amount: number): string => (amount > 0 ? `+${thousands(amount)}` : thousands(amount))

export const ledgerLines = (rows: ReadonlyArray<LedgerRow> | null): ReadonlyArray<string> => {
  if (rows === null) return ["this store keeps no ledger"]
  const texts = rows.map(({ atMs, cause, id, reservedDelta, usedDelta }) => [
    new Date(atMs).toISOString(),
    cause,
    id ?? "-",
    signed(usedDelta),
    signed(reservedDelta)
  ])
  const columns = [left("time (UTC)"), left("change"), left("by"), right("used"), right("held")]
  return [
    `the last ${counted(rows.length, "change")}, the newest first`,
    ...table(columns, texts).map((line) => `  ${line}`)
  ]
}

export const settledLines = (settled: ReadonlyArray<SettledAccount>): ReadonlyArray<string> =>
  settled.map(
    ({ account, debited, held, late, state, window }) =>
      `${account} (${windowText(window)}): ${state}, held ${thousands(held)}, debited ${thousands(debited)}${late ? ", late" : ""}`
  )

const amountText = (amount: number | null): string => (amount === null ? "no amount" : thousands(amount))

export const repairLines = (repair: Repair): ReadonlyArray<string> => {
  const { after, applied, before, dueDiffers, holds, obstacle, usedFrom } = repair
  if (!repair.found) return ["there is no such account"]
  const sources = { account: "as it is kept", ledger: "the sum of all changes in the ledger", operator: "as you say" }
  const lines = table(
    [left(""), right("kept"), right("should be"), left("")],
    [
      ["used", amountText(before.used), amountText(after.used), sources[usedFrom]],
      ["held", amountText(before.reserved), amountText(after.reserved), `the sum of its live holds (${holds})`],
      ["expiries", dueDiffers ? "differ" : "agree", "", "what its holds cost when they expire"]
    ]
  )
  if (obstacle !== null) return [...lines, `it cannot be repaired: ${obstacle}`]
  if (applied) return [...lines, "repaired"]
  return [...lines, isSound(repair) ? "nothing to repair" : "nothing was changed: --yes does it"]
}

export const isSound = ({ after, before, dueDiffers, found, obstacle }: Repair): boolean =>
  found && obstacle === null && !dueDiffers && before.used === after.used && before.reserved === after.reserved
