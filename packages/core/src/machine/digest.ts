/**
 * What makes two commands "the same request". The texts are exact (no hash, so no collision); a store that wants them short hashes them.
 */
import { accountKey, compareBytes } from "./account.ts"
import type { AccountRef, AccountTerms, Adjustment, ChargeLeg, ReserveLeg } from "./command.ts"

/** A text among others: its length first, so that no choice of ids can look like another list. */
const part = (text: string | number): string => {
  const shown = String(text)
  return `${shown.length}:${shown}`
}

const joined = (parts: Array<string>): string =>
  parts.length === 1 ? parts[0]! : parts.toSorted(compareBytes).join(";")

/** The set of a command's accounts, in any order. */
export const accountsDigest = (legs: ReadonlyArray<AccountTerms | AccountRef>): string =>
  joined(legs.map((leg) => part(accountKey(leg))))

/** The set of (account, unit, original amount, settle); ttl, limit and `warnAt` do not count. */
export const reserveDigest = (legs: ReadonlyArray<ReserveLeg>): string =>
  `reserve;${joined(legs.map((leg) => part(accountKey(leg)) + part(leg.unit) + part(leg.amount) + part(leg.settle)))}`

/** The set of (account, unit, amount): never a reserve's. */
export const chargeDigest = (legs: ReadonlyArray<ChargeLeg>): string =>
  `charge;${joined(legs.map((leg) => part(accountKey(leg)) + part(leg.unit) + part(leg.amount)))}`

export const adjustmentDigest = (adjustment: Adjustment): string => {
  switch (adjustment.kind) {
    case "setLimit":
      return `setLimit;${adjustment.limit}`
    case "credit":
      return `credit;${adjustment.amount}`
    case "reset":
    case "close":
    case "reopen":
      return adjustment.kind
  }
}
