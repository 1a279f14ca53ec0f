/**
 * Which of several accounts a caller hits first.
 */
import type { AccountUsage } from "../denial.ts"

/** The one with the least left; of equals the first. One without a limit is the last. */
export const tightestOf = (accounts: ReadonlyArray<AccountUsage>): AccountUsage =>
  accounts.reduce((least, account) =>
    (account.spendable ?? Infinity) < (least.spendable ?? Infinity) ? account : least
  )
