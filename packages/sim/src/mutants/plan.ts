/**
 * The accounts of a random program.
 */
import type { AccountTerms, Settle, Window } from "@tallystick/core/machine"

/** An account of a program; of all its legs `settle` is the same. */
export interface Plan {
  readonly account: string
  readonly window: Window
  readonly limit: number | null
  readonly settle: Settle
}

/** An account as a command names it. */
export const termsOf = ({ account, window, limit }: Plan): AccountTerms => ({
  account,
  window,
  unit: "tokens",
  limit,
  warnAt: { basisPoints: 3_333 }
})
