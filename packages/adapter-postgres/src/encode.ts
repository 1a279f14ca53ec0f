/**
 * What goes to the SQL function: the commands as columns, each an array that Postgres reads: cheaper than JSON, and
 * rows made of it.
 */
import { hash } from "node:crypto"

import {
  accountKey,
  accountsDigest,
  adjustmentDigest,
  chargeDigest,
  compareAccounts,
  reserveDigest,
  windowKey
} from "@tallystick/core/machine"
import type { AccountRef, Command, Settings, Window } from "@tallystick/core/machine"

import { numbersText, textsText, wordsText } from "./array-text.ts"

export interface CallTerms extends Settings {
  /** null: the server's clock. */
  readonly nowMs: number | null
  readonly lockTimeoutMs: number
  readonly version: number
}

/** 128 bits of SHA-256: the exact texts grow with the number of legs and the lengths of ids, and stand in every entry. */
const hashed = (text: string): string => hash("sha256", text, "base64url").slice(0, 22)

/** The values of a call whose input has been encoded: only the terms are of the moment in which it is sent. */
export type Encoded = (terms: CallTerms) => ReadonlyArray<string>

/** The values of `execute`, in its order. */
export const encodeCommands = (commands: ReadonlyArray<Command>): Encoded => {
  const columns = columnsFor(commands)
  for (const command of commands) {
    for (const leg of command.legs) addLeg(columns, leg, command.id)
    addCommand(columns, command)
  }
  return valuesOf(columns)
}

/** A read of accounts: a lookup of no request. */
export const encodeUsage = (accounts: ReadonlyArray<AccountRef>): Encoded => {
  const columns = columnsFor([{ kind: "lookup", legs: accounts }])
  for (const account of accounts) addLeg(columns, account, null)
  columns.kinds.push("usage")
  columns.ends.push(accounts.length)
  return valuesOf(columns)
}

/** How many values there are: `valuesOf` gives them. */
export const EXECUTE_VALUES = 23

interface Columns {
  readonly accounts: ReadonlyArray<AccountRef>
  /** So many of them are locked: all, or none. */
  readonly locks: number
  readonly numbers: ReadonlyMap<string, number>
  readonly items: Map<string, number>
  readonly itemAccounts: Array<number>
  readonly itemIds: Array<string>
  readonly kinds: Array<string>
  readonly ends: Array<number>
  readonly accountsDigests: Array<string | null>
  readonly digests: Array<string | null>
  readonly ttls: Array<number | null>
  readonly choices: Array<string | null>
  readonly amounts: Array<number | null>
  readonly flags: Array<string | null>
  readonly legAccounts: Array<number>
  readonly legItems: Array<number>
  readonly legUnits: Array<string | null>
  readonly legLimits: Array<number | null>
  readonly legAmounts: Array<number | null>
  readonly legSettles: Array<string | null>
  readonly legMeasures: Array<number | null>
  readonly legStarts: Array<number | null>
}

/**
 * Each account once, in the one order of the machine. A lookup beside a change locks, too: it sees that change before anybody else can, so that what it has
 * read of other accounts must not change until then. (A storm found a lookup, a reserve of another client's and a read that no order explains.)
 */
const columnsFor = (commands: ReadonlyArray<{ kind: string; legs: ReadonlyArray<AccountRef> }>): Columns => {
  const named = new Map<string, AccountRef>()
  for (const { legs } of commands) for (const leg of legs) named.set(accountKey(leg), leg)
  const isOnlyRead = commands.every(({ kind }) => kind === "lookup")
  const accounts = named.size > 1 ? [...named.values()].toSorted(compareAccounts) : [...named.values()]
  return {
    accounts,
    locks: isOnlyRead ? 0 : accounts.length,
    numbers: new Map(accounts.map((account, index) => [accountKey(account), index + 1])),
    items: new Map(),
    itemAccounts: [],
    itemIds: [],
    kinds: [],
    ends: [],
    accountsDigests: [],
    digests: [],
    ttls: [],
    choices: [],
    amounts: [],
    flags: [],
    legAccounts: [],
    legItems: [],
    legUnits: [],
    legLimits: [],
    legAmounts: [],
    legSettles: [],
    legMeasures: [],
    legStarts: []
  }
}

type AnyLeg = AccountRef & {
  readonly amount?: number | undefined
  readonly total?: number | undefined
  readonly actual?: number | undefined
  readonly measured?: number | undefined
  readonly settle?: string | undefined
}

const addLeg = (columns: Columns, leg: AnyLeg, id: string | null): void => {
  const account = columns.numbers.get(accountKey(leg))!
  columns.legAccounts.push(account)
  if (id !== null) columns.legItems.push(itemOf(columns, account, id))
  columns.legUnits.push(leg.unit ?? null)
  columns.legLimits.push(leg.limit === null ? -1 : (leg.limit ?? null))
  columns.legAmounts.push(leg.amount ?? leg.total ?? leg.actual ?? null)
  columns.legSettles.push(leg.settle ?? null)
  columns.legMeasures.push(leg.measured ?? null)
  if (leg.window.kind === "calendar") columns.legStarts.push(...leg.window.starts)
  else columns.legStarts.push(null, null, null, null)
}

/** An id holds no control characters. */
const itemOf = ({ itemAccounts, itemIds, items }: Columns, account: number, id: string): number => {
  const key = `${account}\n${id}`
  const known = items.get(key)
  if (known !== undefined) return known
  itemAccounts.push(account)
  itemIds.push(id)
  items.set(key, itemIds.length)
  return itemIds.length
}

const addCommand = (columns: Columns, command: Command): void => {
  columns.kinds.push(command.kind)
  columns.ends.push(columns.legAccounts.length)
  columns.accountsDigests.push(hashed(accountsDigest(command.legs)))
  columns.digests.push(digestOf(command))
  columns.ttls.push("ttlMs" in command ? (command.ttlMs ?? null) : null)
  columns.choices.push(choiceOf(command))
  columns.amounts.push(amountOf(command))
  columns.flags.push(flagOf(command))
}

const digestOf = (command: Command): string | null => {
  if (command.kind === "reserve") return hashed(reserveDigest(command.legs))
  if (command.kind === "charge") return hashed(chargeDigest(command.legs))
  return command.kind === "adjust" ? hashed(adjustmentDigest(command.adjustment)) : null
}

const choiceOf = (command: Command): string | null => {
  if (command.kind === "finalize") return command.overage
  if (command.kind === "extend") return command.whenUnknown ?? null
  return command.kind === "adjust" ? command.adjustment.kind : null
}

const amountOf = (command: Command): number | null => {
  if (command.kind === "finalize") return command.sentAgoMs
  if (command.kind !== "adjust") return null
  const { adjustment } = command
  if (adjustment.kind === "credit") return adjustment.amount
  return adjustment.kind === "setLimit" && typeof adjustment.limit === "number" ? adjustment.limit : null
}

const flagOf = (command: Command): string | null => {
  if (command.kind === "finalize") return command.ifUnknown === "charge" ? "t" : "f"
  if (command.kind !== "adjust" || command.adjustment.kind !== "setLimit") return null
  return command.adjustment.limit === null ? "t" : "f"
}

const valuesOf = (columns: Columns): Encoded => {
  const { locks } = columns
  const values = [
    textsText(columns.accounts.map(({ account }) => account)),
    textsText(columns.accounts.map(({ window }) => windowKey(window))),
    wordsText(columns.accounts.map(({ window }) => window.kind)),
    numbersText(columns.accounts.map(({ window }) => lengthOf(window))),
    numbersText(columns.itemAccounts),
    textsText(columns.itemIds),
    wordsText(columns.kinds),
    numbersText(columns.ends),
    wordsText(columns.accountsDigests),
    wordsText(columns.digests),
    numbersText(columns.ttls),
    wordsText(columns.choices),
    numbersText(columns.amounts),
    wordsText(columns.flags),
    numbersText(columns.legAccounts),
    numbersText(columns.legItems),
    textsText(columns.legUnits),
    numbersText(columns.legLimits),
    numbersText(columns.legAmounts),
    wordsText(columns.legSettles),
    numbersText(columns.legMeasures),
    numbersText(columns.legStarts)
  ]
  return (terms) => [JSON.stringify({ ...terms, locks }), ...values]
}

const lengthOf = (window: Window): number | null => {
  if (window.kind === "fixed") return window.lengthMs
  return window.kind === "idle" ? window.idleMs : null
}

/** The values of `holds`. */
export const encodeHolds = ({
  account,
  after,
  limit
}: {
  account: AccountRef
  after: string | undefined
  limit: number
}): Encoded => {
  const { window } = account
  return (terms) => [
    textsText([account.account]),
    textsText([windowKey(window)]),
    JSON.stringify({
      ...terms,
      windowKind: window.kind,
      lengthMs: lengthOf(window),
      starts: window.kind === "calendar" ? window.starts : [],
      after: after ?? null,
      limit
    })
  ]
}

/** The values of `sweep`. `after`: where the sweep before this one stopped; null: it begins with the first account. */
export const encodeSweep =
  ({ after, limit }: { after: ReadonlyArray<string> | null; limit: number }): Encoded =>
  (terms) => ["{}", "{}", JSON.stringify({ ...terms, limit, after })]
