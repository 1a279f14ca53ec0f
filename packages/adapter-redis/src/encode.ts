/**
 * A call as the script takes it: the keys that it declares, and one JSON text.
 */
import {
  accountsDigest,
  adjustmentDigest,
  chargeDigest,
  COLLECT_AFTER_MS,
  GRID_MS,
  MAX_AMOUNT,
  MAX_TTL_MS,
  reserveDigest
} from "@tallystick/core/machine"
import type { AccountRef, Adjustment, Command, Settings } from "@tallystick/core/machine"
import { createHash } from "node:crypto"

import { accountHash, entryText, holdsIndex } from "./keys.ts"

export interface Encoded {
  readonly keys: ReadonlyArray<string>
  readonly args: readonly [string]
}

/** What the script can be asked besides commands. `count` holds from the `from`-th on; then what their entries say. */
export type Question =
  | Command
  | { readonly kind: "usage"; readonly legs: ReadonlyArray<AccountRef> }
  | { readonly kind: "holds"; readonly legs: readonly [AccountRef]; readonly from: number; readonly count: number }
  | { readonly kind: "entries"; readonly legs: readonly [AccountRef]; readonly ids: ReadonlyArray<string> }

export interface Terms {
  readonly settings: Settings
  /** undefined: the server's clock. */
  readonly nowMs: number | undefined
  /** With the caller's clock no key can expire by itself. */
  readonly keepsForever: boolean
}

export const encode = (tag: string, questions: ReadonlyArray<Question>, terms: Terms): Encoded => {
  const accounts = new Numbering()
  const indexes: Array<string> = []
  const entries = new Numbering()
  const numberOf = (leg: AccountRef): number => {
    const number = accounts.of(accountHash(tag, leg))
    indexes[number - 1] ??= holdsIndex(tag, leg)
    return number
  }
  const commands = questions.map((question) => {
    if (question.kind === "entries") {
      const [leg] = question.legs
      const account = numberOf(leg)
      return {
        kind: question.kind,
        legs: question.ids.map((id) => ({ account, entry: entries.of(entryText(tag, leg, id)) }))
      }
    }
    const id =
      question.kind === "usage" || question.kind === "holds" || question.kind === "adjust" ? undefined : question.id
    const legs = question.legs.map((leg) => ({
      ...leg,
      warnAt: undefined,
      limit: leg.limit === null ? "unlimited" : leg.limit,
      account: numberOf(leg),
      entry: id === undefined ? undefined : entries.of(entryText(tag, leg, id))
    }))
    return { ...question, legs, ...contentOf(question) }
  })
  // The entries' keys stand behind the two keys of each account.
  const first = 2 * accounts.names.length
  for (const { legs } of commands) for (const leg of legs) if (leg.entry !== undefined) leg.entry += first
  const { nowMs, keepsForever, settings } = terms
  const constants = { maxAmount: MAX_AMOUNT, gridMs: GRID_MS, maxTtlMs: MAX_TTL_MS, collectAfterMs: COLLECT_AFTER_MS }
  const call = {
    settings: { ...settings, ...constants },
    nowMs,
    keepsForever,
    accounts: accounts.names.length,
    commands
  }
  return { keys: [...accounts.names, ...indexes, ...entries.names], args: [JSON.stringify(call)] }
}

/** Numbers for names, from 1 as Lua counts. */
class Numbering {
  readonly names: Array<string> = []
  readonly #numbers = new Map<string, number>()

  of(name: string): number {
    const known = this.#numbers.get(name)
    if (known !== undefined) return known
    this.names.push(name)
    this.#numbers.set(name, this.names.length)
    return this.names.length
  }
}

/** What decides whether two commands are the same. */
const contentOf = (question: Question): object => {
  switch (question.kind) {
    case "reserve":
      return { accounts: hash(accountsDigest(question.legs)), digest: hash(reserveDigest(question.legs)) }
    case "charge":
      return { accounts: hash(accountsDigest(question.legs)), digest: hash(chargeDigest(question.legs)) }
    case "extend":
    case "finalize":
    case "release":
      return { accounts: hash(accountsDigest(question.legs)) }
    case "adjust":
      return { adjustment: adjustmentOf(question.adjustment), digest: hash(adjustmentDigest(question.adjustment)) }
    case "lookup":
    case "usage":
    case "holds":
    case "entries":
      return {}
  }
}

/** As the account keeps its limit. */
const adjustmentOf = (adjustment: Adjustment): object =>
  adjustment.kind === "setLimit"
    ? { ...adjustment, limit: adjustment.limit === "code" ? "none" : (adjustment.limit ?? "unlimited") }
    : adjustment

/** The exact text may be 13 KB of 16 long ids, once per leg. 128 bits of SHA-256: two of 10^12 would agree with a chance of 1 in 10^14. */
const hash = (text: string): string => createHash("sha256").update(text).digest().subarray(0, 16).toString("base64url")
