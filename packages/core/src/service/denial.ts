/**
 * A denial: an answer, not an error. Plain data that serializes as it is, with a sentence for people.
 */
import { accountKey } from "../machine/account.ts"
import type { AccountAnswer, Outcome, Refusal, RefusalReason } from "../machine/outcome.ts"
import { durationText } from "./duration-text.ts"

/** The numbers of an account, as every answer gives them. */
export type AccountUsage = AccountAnswer

/** What a denial is made of, from a reserve, a growth or an operator's change. */
export interface Refused {
  readonly reason: RefusalReason
  readonly refusals: ReadonlyArray<Refusal>
  readonly retryInMs: number | null
}

/** Not admitted; nothing is held by it. */
export interface Denial extends Refused {
  readonly granted: false
  readonly requestId: string
  /** All accounts of the call, not only those that refused. */
  readonly accounts: ReadonlyArray<AccountUsage>
  /** "user:ada: 4000 tokens asked, 312 of 50000 left, resets in 3 h" */
  readonly message: string
  /** Nothing to do: here so that `await using` takes what `open` gives. */
  readonly [Symbol.asyncDispose]: () => Promise<void>
}

class DenialAnswer implements Denial {
  readonly granted = false
  readonly requestId: string
  readonly reason: RefusalReason
  readonly refusals: ReadonlyArray<Refusal>
  readonly accounts: ReadonlyArray<AccountUsage>
  readonly retryInMs: number | null
  readonly message: string

  constructor(requestId: string, refused: Refused, accounts: ReadonlyArray<AccountUsage>, message: string) {
    this.requestId = requestId
    this.reason = refused.reason
    this.refusals = refused.refusals
    this.accounts = accounts
    this.retryInMs = refused.retryInMs
    this.message = message
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}

/** The denial of a request, from what the store refused. */
export const denialOf = (
  requestId: string,
  refused: Refused,
  { accounts }: Pick<Outcome, "accounts">,
  message: string = refusalText(refused, accounts)
): Denial => new DenialAnswer(requestId, refused, accounts, message)

/** One clause for each account that refused. */
const refusalText = (refused: Refused, accounts: ReadonlyArray<AccountUsage>): string =>
  refused.refusals.map((refusal) => `${refusal.account}: ${clause(refused.reason, refusal, accounts)}`).join("; ")

const clause = (reason: RefusalReason, refusal: Refusal, accounts: ReadonlyArray<AccountUsage>): string => {
  const unit = refusal.unit ?? "units"
  switch (reason) {
    case "limit":
      return `${refusal.asked} ${unit} asked, ${refusal.left ?? "all"} of ${refusal.limit ?? "unlimited"} left${whenText(refusal, accounts)}`
    case "unknown":
      return "no limit is known for it"
    case "closed":
      return "it is closed"
    case "unit":
      return `it counts ${unit}`
    case "overflow":
      return `${refusal.asked} ${unit} more would pass 2^53 - 1`
    case "windowPassed":
      return "its window has ended since the call began"
  }
}

const whenText = (refusal: Refusal, accounts: ReadonlyArray<AccountUsage>): string => {
  if (refusal.limit !== null && refusal.asked > refusal.limit) return ", more than the limit"
  if (refusal.retryInMs === null) return ""
  const account = accounts.find((account) => accountKey(account) === accountKey(refusal))
  const resets = account?.resetsInMs === refusal.retryInMs
  return `, ${resets ? "resets" : "try again"} in ${durationText(refusal.retryInMs)}`
}
