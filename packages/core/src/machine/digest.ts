/**
 * What makes two commands "the same request": the set of their accounts, and what they ask of each. The texts are exact (no hash, so no collision); a
 * store that wants them short hashes them.
 *
 * Ids and units hold no control characters (`readCommand`), so that line feeds part them. They are as short as they can be, since each entry keeps its
 * two: with the accounts' ids and the lengths of all parts in them they took half of its memory.
 */
import { accountKey, compareAccounts, compareBytes } from "./account.ts"
import type { AccountRef, Adjustment, ChargeLeg, ReserveLeg } from "./command.ts"

/** The set of a command's accounts, in any order. A single one is its own key, which never begins with a line feed. */
export const accountsDigest = (legs: ReadonlyArray<AccountRef>): string =>
  legs.length === 1 ? accountKey(legs[0]!) : `\n${legs.map(accountKey).toSorted(compareBytes).join("\n\n")}`

/** What is asked of each account, in the order of the accounts: read with `accountsDigest`. */
const contentDigest = <Leg extends AccountRef>(legs: ReadonlyArray<Leg>, of: (leg: Leg) => string): string =>
  legs.length === 1 ? of(legs[0]!) : legs.toSorted(compareAccounts).map(of).join("\n")

/** Of the same accounts: unit, original amount, settle. Ttl, limit and `warnAt` do not count. */
export const reserveDigest = (legs: ReadonlyArray<ReserveLeg>): string =>
  contentDigest(legs, (leg) => `${leg.unit}\n${leg.amount}${leg.settle}`)

/** Of the same accounts: unit and amount. It is never a reserve's: nothing settles as "charge". */
export const chargeDigest = (legs: ReadonlyArray<ChargeLeg>): string =>
  contentDigest(legs, (leg) => `${leg.unit}\n${leg.amount}charge`)

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
