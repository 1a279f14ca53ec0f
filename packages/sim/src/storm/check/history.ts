/**
 * What was asked and answered, as a storm records it. Plain data, so that a history can be kept in a file and judged again.
 */
import type { AccountAnswer, AccountRef, Command, Outcome } from "@tallystick/core/machine"

export type Question =
  | { readonly kind: "execute"; readonly commands: ReadonlyArray<Command> }
  | { readonly kind: "usage"; readonly accounts: ReadonlyArray<AccountRef> }

/**
 * What the caller was told. `failed`: an error that no caller should see; what happened is unknown. `nothing` means: it did not happen (`NotApplied`). `unknown` means: it may have happened, and may still (`OutcomeUnknown`,
 * or whoever called is dead).
 */
export type Reply =
  | { readonly kind: "outcomes"; readonly outcomes: ReadonlyArray<Outcome> }
  | { readonly kind: "accounts"; readonly accounts: ReadonlyArray<AccountAnswer> }
  | { readonly kind: "nothing" }
  | { readonly kind: "unknown" }
  | { readonly kind: "failed"; readonly error: string }

export interface Call {
  /** `p2.f3`: a client that makes one call at a time. */
  readonly who: string
  /** Taken before it was sent and after it was answered, from the one monotonic clock of the machine, ns. */
  readonly sentNs: number
  readonly answeredNs: number
  readonly question: Question
  readonly reply: Reply
}
