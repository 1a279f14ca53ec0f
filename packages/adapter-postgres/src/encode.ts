/**
 * What goes to the SQL function: the commands as JSON (its numbers are exact on both sides), and the accounts to lock.
 */
import { createHash } from "node:crypto"

import {
  accountKey,
  accountsDigest,
  adjustmentDigest,
  chargeDigest,
  compareAccounts,
  reserveDigest,
  windowKey
} from "@tallystick/core/machine"
import type { AccountRef, Adjustment, Command, Settings, Window } from "@tallystick/core/machine"

/** 128 bits of SHA-256: the exact texts grow with the number of legs and the lengths of ids, and stand in every entry. */
const hashed = (text: string): string =>
  createHash("sha256").update(text).digest().subarray(0, 16).toString("base64url")

export interface CallInput {
  readonly accounts: ReadonlyArray<string>
  readonly windows: ReadonlyArray<string>
  readonly input: string
}

export interface CallTerms extends Settings {
  /** null: the server's clock. */
  readonly nowMs: number | null
  readonly lockTimeoutMs: number
  readonly version: number
}

export const encodeCommands = (commands: ReadonlyArray<Command>, terms: CallTerms): CallInput => {
  const locks = lockOrderOfAll(commands)
  return {
    accounts: locks.map((leg) => leg.account),
    windows: locks.map((leg) => windowKey(leg.window)),
    input: JSON.stringify({ ...terms, commands: commands.map(encodeCommand) })
  }
}

/** A read of accounts: a lookup of no request. */
export const encodeUsage = (accounts: ReadonlyArray<AccountRef>, terms: CallTerms): CallInput => ({
  accounts: [],
  windows: [],
  input: JSON.stringify(usageInput(accounts, terms))
})

const usageInput = (accounts: ReadonlyArray<AccountRef>, terms: CallTerms): object => ({
  ...terms,
  commands: [{ kind: "usage", id: "", legs: accounts.map(encodeLeg) }]
})

/** Each account once, in the one order of the machine. What only reads locks nothing. */
const lockOrderOfAll = (commands: ReadonlyArray<Command>): ReadonlyArray<AccountRef> => {
  const first = commands[0]
  if (commands.length === 1 && first !== undefined && first.kind !== "lookup" && first.legs.length === 1)
    return first.legs
  const legs = new Map<string, AccountRef>()
  for (const command of commands)
    if (command.kind !== "lookup") for (const leg of command.legs) legs.set(accountKey(leg), leg)
  return [...legs.values()].toSorted(compareAccounts)
}

const encodeCommand = (command: Command): object => {
  const common = {
    kind: command.kind,
    id: command.id,
    accounts: hashed(accountsDigest(command.legs)),
    legs: command.legs.map(encodeLeg)
  }
  switch (command.kind) {
    case "reserve":
      return { ...common, ttlMs: command.ttlMs, digest: hashed(reserveDigest(command.legs)) }
    case "extend":
      return { ...common, ttlMs: command.ttlMs, whenUnknown: command.whenUnknown }
    case "finalize": {
      const { ifUnknown, overage, sentAgoMs } = command
      return { ...common, overage, ifUnknown, sentAgoMs }
    }
    case "charge":
      return { ...common, digest: hashed(chargeDigest(command.legs)) }
    case "adjust":
      return {
        ...common,
        digest: hashed(adjustmentDigest(command.adjustment)),
        ...encodeAdjustment(command.adjustment)
      }
    case "release":
    case "lookup":
      return common
  }
}

const encodeAdjustment = (adjustment: Adjustment): object => {
  switch (adjustment.kind) {
    case "setLimit":
      return {
        adjustment: adjustment.kind,
        amount: typeof adjustment.limit === "number" ? adjustment.limit : null,
        isUnlimited: adjustment.limit === null
      }
    case "credit":
      return { adjustment: adjustment.kind, amount: adjustment.amount }
    case "reset":
    case "close":
    case "reopen":
      return { adjustment: adjustment.kind }
  }
}

const encodeLeg = (leg: AccountRef, index: number): object => {
  const { account, limit, unit, window, warnAt: _, ...own } = leg
  return {
    ...own,
    index,
    account,
    unit,
    window: windowKey(window),
    ...encodeWindow(window),
    has_limit: limit !== undefined,
    limit
  }
}

const encodeWindow = (window: Window): object => {
  switch (window.kind) {
    case "none":
      return { window_kind: window.kind }
    case "fixed":
      return { window_kind: window.kind, length_ms: window.lengthMs }
    case "idle":
      return { window_kind: window.kind, length_ms: window.idleMs }
    case "calendar":
      return { window_kind: window.kind, starts: window.starts }
  }
}

export const encodeHolds = (
  { account, after, limit }: { account: AccountRef; after: string | undefined; limit: number },
  terms: CallTerms
): CallInput => ({
  accounts: [account.account],
  windows: [windowKey(account.window)],
  input: JSON.stringify({ ...usageInput([account], terms), after: after ?? null, limit })
})

/** `after`: where the sweep before this one stopped; null: it begins with the first account. */
export const encodeSweep = (
  { after, limit }: { after: ReadonlyArray<string> | null; limit: number },
  terms: CallTerms
): CallInput => ({
  accounts: [],
  windows: [],
  input: JSON.stringify({ ...terms, limit, after })
})
