/**
 * The accounts of a run and what was last read of them.
 */
import type { AccountAnswer, AccountRef } from "@tallystick/core/machine"
import type { Hold } from "@tallystick/core/store"

export interface Seen {
  /** By number of the account, as the judge last read it. */
  state: ReadonlyArray<AccountAnswer>
  readonly holds: Array<ReadonlyArray<Hold>>
  /** How the judge reads the accounts at this time, by number. */
  readonly refsAt: (nowMs: number) => ReadonlyArray<AccountRef>
  /** The number of the account that a leg names. */
  readonly numberOf: (leg: AccountRef) => number
}
