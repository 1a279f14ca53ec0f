/**
 * The accounts of a world, as clients name them in commands and as the judge reads them.
 */
import { MAX_AMOUNT } from "@tallystick/core/machine"
import type { AccountRef, AccountTerms, Settle } from "@tallystick/core/machine"

import { staleBy, windowAt } from "./windows.ts"
import type { WindowPlan } from "./windows.ts"

export interface AccountPlan {
  readonly account: string
  readonly unit: string
  readonly window: WindowPlan
  /** In code. null: unlimited; undefined: none, so that the account is unknown unless an operator sets one. */
  readonly limit: number | null | undefined
  /** What its legs debit at an ending. */
  readonly settle: Settle
}

/**
 * How a client names an account: plainly for three numbers of four; else with another limit (two versions of an app), another unit, no limit, boundaries of
 * a clock that is far behind, or another `warnAt`.
 */
export const termsOf = (plan: AccountPlan, nowMs: number, variant: number): AccountTerms => {
  const { account, unit, limit } = plan
  const window = windowAt(plan.window, nowMs)
  if (variant < 200) return { account, window, unit, limit }
  if (variant < 220)
    return { account, window, unit, limit: typeof limit === "number" ? otherLimit(limit, variant) : limit }
  if (variant < 228) return { account, window, unit: "requests", limit }
  if (variant < 238) return { account, window, unit }
  if (variant < 246) return { account, window: windowAt(plan.window, nowMs - staleBy(plan.window)), unit, limit }
  return { account, window, unit, limit, warnAt: variant % 2 === 0 ? { amount: 3 } : { basisPoints: 3_333 } }
}

const otherLimit = (limit: number, variant: number): number =>
  Math.min(MAX_AMOUNT, Math.max(0, limit - 2 + (variant % 5)))

/** How the judge reads an account: always with a limit, since of an unknown account no numbers are shown. */
export const refOf = (plan: AccountPlan, nowMs: number): AccountRef => ({
  account: plan.account,
  window: windowAt(plan.window, nowMs),
  unit: plan.unit,
  limit: plan.limit === undefined ? null : plan.limit
})

/** The number of an account: the world's are called a, b and c. */
export const numberOf = ({ account }: AccountRef): number => account.codePointAt(0)! - 97
