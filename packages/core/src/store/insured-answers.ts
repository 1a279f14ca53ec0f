/**
 * Answers about reservations that this process covers. Nobody here knows an account's numbers: `reserved` is what this
 * process has admitted on it by itself, and `limit` and `spendable` say how much it may.
 */
import { accountKey } from "../machine/account.ts"
import type { AccountTerms, Command } from "../machine/command.ts"
import type { Outcome } from "../machine/outcome.ts"
import { answerOf, type LegFacts, type Verdict } from "../machine/verdict.ts"
import type { Cover, Covered } from "./insured-cover.ts"

/** The answer to a command about a covered reservation, marked as insured. */
export const coveredAnswer = (
  cover: Cover,
  covered: Covered,
  command: Command,
  verdict: Verdict,
  nowMs: number
): Outcome => {
  const terms = command.legs as ReadonlyArray<AccountTerms>
  const shown = terms.map((leg) => ({ ...leg, limit: cover.counted(leg) + cover.room(leg) }))
  const facts = terms.map((leg) => factsOf(cover, covered, leg, nowMs))
  const outcome = answerOf({ ...command, legs: shown } as Command, verdict, facts, nowMs)
  return outcome._tag === "Granted" || outcome._tag === "Extended" ? { ...outcome, insured: true } : outcome
}

const factsOf = (cover: Cover, covered: Covered, leg: AccountTerms, nowMs: number): LegFacts => {
  const own = covered.legs.get(accountKey(leg))
  return {
    timeMs: nowMs,
    account: {
      unit: leg.unit,
      storedLimit: "none",
      open: true,
      used: 0,
      reserved: cover.counted(leg),
      period: 0,
      startMs: null,
      endMs: null,
      revision: 0,
      changedMs: nowMs
    },
    state: own === undefined ? "none" : covered.isEnded ? "finalized" : "held",
    entry:
      own === undefined
        ? undefined
        : {
            command: "reserve",
            held: own.held,
            measured: own.measured,
            deadlineMs: covered.deadlineMs,
            expiryCost: own.measured ?? 0,
            period: 0,
            debited: covered.isEnded ? own.counts : 0,
            unbilled: 0,
            late: false
          },
    holdsLive: true,
    firstDeadlineMs: null
  }
}
