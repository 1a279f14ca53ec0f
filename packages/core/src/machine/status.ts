/**
 * The numbers that follow from limit, used and reserved: each formula once.
 */
import { DEFAULT_WARN_BASIS_POINTS } from "./constants.ts"
import type { WarnAt } from "./command.ts"
import type { AccountRow } from "./rows.ts"
import type { Status } from "./outcome.ts"

/** The limit in force. A stored one wins over one in code (the operator's override). null: unlimited; "none": the account is unknown. */
export interface LimitInForce {
  readonly limit: number | null | "none"
  readonly from: "stored" | "code" | "none"
}

const NO_LIMIT: LimitInForce = { limit: "none", from: "none" }

export const limitInForce = (account: AccountRow | undefined, inCode: number | null | undefined): LimitInForce => {
  const stored = account === undefined ? "none" : account.storedLimit
  if (stored !== "none") return { limit: stored === "unlimited" ? null : stored, from: "stored" }
  return inCode === undefined ? NO_LIMIT : { limit: inCode, from: "code" }
}

/** What an admission may still take: null without a limit. Written so that no sum can pass 2^53. */
export const spendableOf = (limit: number | null, used: number, reserved: number): number | null =>
  limit === null ? null : Math.max(0, limit - used - reserved)

/** How far `used` is above the limit. */
export const debtOf = (limit: number | null, used: number): number => (limit === null ? 0 : Math.max(0, used - limit))

/**
 * `ceil(limit * basisPoints / 10000)`, exactly: the product would pass 2^53, so quotient and rest are taken apart. (`q * bp` stays below
 * `limit * bp / 10000`, and the rest's product below 10^8.)
 */
export const warnAmount = (limit: number, basisPoints: number): number =>
  Math.floor(limit / 10_000) * basisPoints + Math.ceil(((limit % 10_000) * basisPoints) / 10_000)

/** `blocked` if nothing is spendable, `warning` from `warnAt` on, else `ok`. Without a limit: `warning` by an amount only. */
export const statusOf = (limit: number | null, used: number, reserved: number, warnAt: WarnAt | undefined): Status => {
  if (limit !== null && spendableOf(limit, used, reserved) === 0) return "blocked"
  const threshold =
    warnAt !== undefined && "amount" in warnAt
      ? warnAt.amount
      : limit === null
        ? Infinity
        : warnAmount(limit, warnAt === undefined ? DEFAULT_WARN_BASIS_POINTS : warnAt.basisPoints)
  return used + reserved >= threshold ? "warning" : "ok"
}
