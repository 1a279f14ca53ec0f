/**
 * I5: all legs or none. An admission holds on all of them, a refusal on none.
 */
import type { AccountAnswer, Command, Outcome } from "@tallystick/core/machine"

import { must } from "./checks.ts"
import type { Who } from "./who.ts"
import type { Asked } from "./checks.ts"

export const checkLegs = (
  asked: Asked,
  command: Command,
  outcome: Outcome,
  accounts: ReadonlyArray<number>,
  before: ReadonlyArray<AccountAnswer | undefined>,
  who: Who
): void => {
  if (command.kind !== "reserve" && command.kind !== "charge") return
  asked[5]!++
  const isHeld = outcome._tag === "Granted" || outcome._tag === "Charged"
  let moved = 0
  let known = 0
  for (let position = 0; position < command.legs.length; position++) {
    const seen = before[accounts[position]!]
    const after = outcome.accounts[position]!
    const amount = command.legs[position]!.amount
    if (seen === undefined || !seen.known || !after.known || seen.period !== after.period || amount === 0) continue
    known++
    if (after.reserved + after.used > seen.reserved + seen.used) moved++
  }
  const isWhole = outcome.granted && !outcome.replayed ? moved === known || moved === 0 : moved === 0 || moved === known
  must(isWhole, "I5", () => `${who.words} was answered ${outcome._tag}, and stands on ${moved} of its ${known} legs`)
  const states = outcome.legs.map((leg) => leg.state)
  const wanted = command.kind === "reserve" ? "held" : "charged"
  must(
    !isHeld || states.every((state) => state === wanted),
    "I5",
    () => `${who.words} was answered ${outcome._tag}, but its legs are ${states.join(", ")}`
  )
}
