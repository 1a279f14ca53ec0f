/**
 * I1 and I13: what was admitted fitted and was open; what was denied by a limit did not fit.
 */
import type { AccountAnswer, Command, Outcome } from "@tallystick/core/machine"

import { must } from "./checks.ts"
import type { Who } from "./who.ts"
import type { Asked } from "./checks.ts"
import type { Judged } from "./judged.ts"
import type { Lives } from "./lives.ts"

/** What a leg asks to hold or to debit; 0: nothing. */
const askedOf = ({ command, position, before, after, outcome }: Judged): number => {
  if (command.kind === "reserve")
    return outcome._tag === "Granted" && !outcome.replayed ? command.legs[position]!.amount : 0
  if (command.kind !== "extend" || outcome._tag !== "Extended" || before === undefined) return 0
  return Math.max(0, after.reserved - before.reserved)
}

export const checkAdmission = (asked: Asked, lives: Lives, judged: Judged): void => {
  const { command, outcome, account, before, after, who } = judged
  const amount = askedOf(judged)
  const isClosed = lives.closed.has(account)
  if (isClosed && (command.kind === "reserve" || command.kind === "charge" || command.kind === "extend")) {
    asked[13]!++
    const isAdmitted = amount > 0 || (outcome._tag === "Charged" && !outcome.replayed)
    must(!isAdmitted, "I13", () => `${who.words} was admitted, but ${after.account} is closed`)
  }
  if (amount === 0 || after.limit === null || !after.known) return
  asked[1]!++
  const used = before?.used ?? after.used
  const reserved = before?.reserved ?? after.reserved - amount
  const fits = amount <= after.limit - used - reserved && after.used + after.reserved <= after.limit
  must(
    fits,
    "I1",
    () =>
      `${who.words} was admitted on ${after.account} with used ${used} and reserved ${reserved} of limit ${after.limit}`
  )
}

/** At least one of the accounts that are said to refuse cannot hold what was asked. */
export const checkDenial = (
  asked: Asked,
  command: Command,
  outcome: Outcome,
  accounts: ReadonlyArray<number>,
  before: ReadonlyArray<AccountAnswer | undefined>,
  who: Who
): void => {
  if (command.kind !== "reserve") return
  asked[1]!++
  const fits = command.legs.every((leg, position) => {
    const { limit } = outcome.accounts[position]!
    const seen = before[accounts[position]!]
    return seen !== undefined && seen.known && (limit === null || leg.amount <= limit - seen.used - seen.reserved)
  })
  must(!fits, "I1", () => {
    const words = command.legs.map((leg, position) => {
      const { account, limit } = outcome.accounts[position]!
      const seen = before[accounts[position]!]!
      return `${leg.amount} of ${account} with used ${seen.used} and reserved ${seen.reserved} of limit ${limit ?? "unlimited"}`
    })
    return `${who.words} was denied, but fits: ${words.join(", ")}`
  })
}
