/**
 * A call as the script takes it: the keys that it declares, and one JSON text, a flat list (`lua/execute` says what stands where).
 */
import { accountKey, COLLECT_AFTER_MS, GRID_MS, MAX_TTL_MS } from "@tallystick/core/machine"
import type { AccountRef, Adjustment, Command, Settings } from "@tallystick/core/machine"

import { accountsText, adjustmentText, chargeText, reserveText } from "./content.ts"
import { keysOfAccounts } from "./keys.ts"

export interface Encoded {
  readonly keys: ReadonlyArray<string>
  readonly args: readonly [string]
}

/** What the script can be asked besides commands. Of `holds` about `count` from the cursor on. */
export type Question =
  | Command
  | { readonly kind: "usage"; readonly legs: ReadonlyArray<AccountRef> }
  | { readonly kind: "holds"; readonly legs: readonly [AccountRef]; readonly cursor: string; readonly count: number }

export interface Terms {
  readonly settings: Settings
  /** undefined: the server's clock. */
  readonly nowMs: number | undefined
  /** With the caller's clock no key can expire by itself. */
  readonly keepsForever: boolean
}

/** What there is no number of; limits that are no amounts. */
const ABSENT = -1
const NO_LIMIT = -1
const UNLIMITED = -2

const HEAD_LENGTH = 10

export const encode = (tag: string, questions: ReadonlyArray<Question>, terms: Terms): Encoded => {
  const accounts = new Accounts()
  const commands: Array<string | number> = []
  for (const question of questions) add(question, accounts, commands)
  const { keepsForever, nowMs, settings } = terms
  const list = [
    settings.settledRetentionMs,
    settings.unsettledRetentionMs,
    settings.longestCallMs,
    GRID_MS,
    MAX_TTL_MS,
    COLLECT_AFTER_MS,
    nowMs ?? ABSENT,
    keepsForever ? 1 : 0,
    accounts.keys.length,
    HEAD_LENGTH + accounts.terms.length + 1,
    ...accounts.terms,
    ...commands
  ]
  return { keys: keysOfAccounts(tag, accounts.keys), args: [JSON.stringify(list)] }
}

/** The accounts of a call, each once, and the terms on which its commands name them, each once. */
class Accounts {
  readonly keys: Array<string> = []
  readonly terms: Array<string | number> = []
  readonly #known = new Map<string, { readonly number: number; readonly legs: Array<readonly [AccountRef, number]> }>()

  /** Where the leg's terms stand in the list, from 1 as Lua counts. */
  of(leg: AccountRef): number {
    const key = accountKey(leg)
    let account = this.#known.get(key)
    if (account === undefined) {
      account = { number: this.keys.push(key), legs: [] }
      this.#known.set(key, account)
    }
    for (const [other, place] of account.legs) if (isSame(leg, other)) return place
    const place = HEAD_LENGTH + this.terms.length + 1
    account.legs.push([leg, place])
    this.terms.push(account.number, leg.unit ?? "", limitOf(leg), leg.window.kind, ...boundsOf(leg))
    return place
  }
}

const isSame = (leg: AccountRef, other: AccountRef): boolean =>
  leg.unit === other.unit &&
  leg.limit === other.limit &&
  (leg.window.kind !== "calendar" ||
    (other.window.kind === "calendar" && leg.window.starts.every((start, at) => start === startsOf(other)[at])))

const startsOf = ({ window }: AccountRef): ReadonlyArray<number> => (window.kind === "calendar" ? window.starts : [])

const limitOf = ({ limit }: AccountRef): number => (limit === undefined ? NO_LIMIT : (limit ?? UNLIMITED))

const boundsOf = ({ window }: AccountRef): ReadonlyArray<number> => {
  switch (window.kind) {
    case "none":
      return []
    case "fixed":
      return [window.lengthMs]
    case "idle":
      return [window.idleMs]
    case "calendar":
      return window.starts
  }
}

/** Of each command eight values, then three of each leg. */
const add = (question: Question, accounts: Accounts, to: Array<string | number>): void => {
  const { legs } = question
  switch (question.kind) {
    case "reserve":
      to.push("reserve", question.id, accountsText(legs), reserveText(question.legs), question.ttlMs, 0, 0, legs.length)
      for (const leg of question.legs) to.push(accounts.of(leg), leg.amount, leg.settle)
      return
    case "extend": {
      const { id, ttlMs, whenUnknown } = question
      to.push("extend", id, accountsText(legs), "", ttlMs ?? ABSENT, whenUnknown ?? "", 0, legs.length)
      for (const leg of question.legs) to.push(accounts.of(leg), leg.total ?? ABSENT, leg.measured ?? ABSENT)
      return
    }
    case "finalize": {
      const { id, ifUnknown, overage, sentAgoMs } = question
      to.push("finalize", id, accountsText(legs), "", sentAgoMs, overage, ifUnknown, legs.length)
      for (const leg of question.legs) to.push(accounts.of(leg), leg.actual ?? ABSENT, 0)
      return
    }
    case "release":
      to.push("release", question.id, accountsText(legs), "", 0, 0, 0, legs.length)
      break
    case "charge":
      to.push("charge", question.id, accountsText(legs), chargeText(question.legs), 0, 0, 0, legs.length)
      for (const leg of question.legs) to.push(accounts.of(leg), leg.amount, 0)
      return
    case "adjust": {
      const { adjustment, id } = question
      to.push("adjust", id, "", adjustmentText(adjustment), valueOf(adjustment), adjustment.kind, 0, 1)
      break
    }
    case "lookup":
      to.push("lookup", question.id, "", "", 0, 0, 0, legs.length)
      break
    case "usage":
      to.push("usage", "", "", "", 0, 0, 0, legs.length)
      break
    case "holds":
      to.push("holds", "", "", "", question.cursor, question.count, 0, 1)
      break
  }
  for (const leg of legs) to.push(accounts.of(leg), 0, 0)
}

/** The new limit as the account keeps it, or the credit. */
const valueOf = (adjustment: Adjustment): number => {
  switch (adjustment.kind) {
    case "setLimit":
      return adjustment.limit === "code" ? NO_LIMIT : (adjustment.limit ?? UNLIMITED)
    case "credit":
      return adjustment.amount
    case "reset":
    case "close":
    case "reopen":
      return 0
  }
}
