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

/** Written as text from the start: a list of all values, and then its JSON, took twice as long. */
export const encode = (tag: string, questions: ReadonlyArray<Question>, terms: Terms): Encoded => {
  const accounts = new Accounts()
  let commands = ""
  for (const question of questions) commands += textOf(question, accounts)
  const { keepsForever, nowMs, settings } = terms
  const head = `${settings.settledRetentionMs},${settings.unsettledRetentionMs},${settings.longestCallMs},${GRID_MS},${MAX_TTL_MS},${COLLECT_AFTER_MS}`
  const call = `${nowMs ?? ABSENT},${keepsForever ? 1 : 0},${accounts.keys.length},${accounts.next}`
  return { keys: keysOfAccounts(tag, accounts.keys), args: [`[${head},${call}${accounts.terms}${commands}]`] }
}

/** The accounts of a call, each once, and the terms on which its commands name them, each once. */
class Accounts {
  readonly keys: Array<string> = []
  terms = ""
  /** Where what comes next stands in the list, from 1 as Lua counts. */
  next = HEAD_LENGTH + 1
  readonly #known = new Map<string, { readonly number: number; readonly legs: Array<readonly [AccountRef, number]> }>()

  /** Where the leg's terms stand in the list. */
  of(leg: AccountRef): number {
    const key = accountKey(leg)
    let account = this.#known.get(key)
    if (account === undefined) {
      account = { number: this.keys.push(key), legs: [] }
      this.#known.set(key, account)
    }
    for (const [other, place] of account.legs) if (isSame(leg, other)) return place
    const place = this.next
    account.legs.push([leg, place])
    const bounds = boundsOf(leg)
    this.terms += `,${account.number},${JSON.stringify(leg.unit ?? "")},${limitOf(leg)},"${leg.window.kind}"`
    for (const bound of bounds) this.terms += `,${bound}`
    this.next += 4 + bounds.length
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

/** Of each command eight values, then three of each leg. What `content.ts` makes stands in quotes as it is. */
const textOf = (question: Question, accounts: Accounts): string => {
  const { legs } = question
  switch (question.kind) {
    case "reserve": {
      let text = `,"reserve",${JSON.stringify(question.id)},"${accountsText(legs)}","${reserveText(question.legs)}",${question.ttlMs},0,0,${legs.length}`
      for (const leg of question.legs) text += `,${accounts.of(leg)},${leg.amount},"${leg.settle}"`
      return text
    }
    case "extend": {
      const { id, ttlMs, whenUnknown } = question
      let text = `,"extend",${JSON.stringify(id)},"${accountsText(legs)}","",${ttlMs ?? ABSENT},"${whenUnknown ?? ""}",0,${legs.length}`
      for (const leg of question.legs) text += `,${accounts.of(leg)},${leg.total ?? ABSENT},${leg.measured ?? ABSENT}`
      return text
    }
    case "finalize": {
      const { id, ifUnknown, overage, sentAgoMs } = question
      let text = `,"finalize",${JSON.stringify(id)},"${accountsText(legs)}","",${sentAgoMs},"${overage}","${ifUnknown}",${legs.length}`
      for (const leg of question.legs) text += `,${accounts.of(leg)},${leg.actual ?? ABSENT},0`
      return text
    }
    case "release":
      return `,"release",${JSON.stringify(question.id)},"${accountsText(legs)}","",0,0,0,${named(legs, accounts)}`
    case "charge": {
      let text = `,"charge",${JSON.stringify(question.id)},"${accountsText(legs)}","${chargeText(question.legs)}",0,0,0,${legs.length}`
      for (const leg of question.legs) text += `,${accounts.of(leg)},${leg.amount},0`
      return text
    }
    case "adjust": {
      const { adjustment, id } = question
      return `,"adjust",${JSON.stringify(id)},"","${adjustmentText(adjustment)}",${valueOf(adjustment)},"${adjustment.kind}",0,${named(legs, accounts)}`
    }
    case "lookup":
      return `,"lookup",${JSON.stringify(question.id)},"","",0,0,0,${named(legs, accounts)}`
    case "usage":
      return `,"usage","","","",0,0,0,${named(legs, accounts)}`
    case "holds":
      return `,"holds","","","",${JSON.stringify(question.cursor)},${question.count},0,${named(legs, accounts)}`
  }
}

/** How many legs, and of each where its terms stand: the command says no more of them. */
const named = (legs: ReadonlyArray<AccountRef>, accounts: Accounts): string => {
  let text = `${legs.length}`
  for (const leg of legs) text += `,${accounts.of(leg)},0,0`
  return text
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
