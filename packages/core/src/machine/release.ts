/**
 * `release`: a finalize at what was measured, which is mostly nothing. Stopping a stream at its last token must not be free.
 */
import { answered, GRANTED, NOT_GRANTED, REPLAYED } from "./answer.ts"
import type { AccountTerms, Release } from "./command.ts"
import { hasOtherAccounts } from "./conflict.ts"
import { decided } from "./decided.ts"
import type { Decided } from "./decided.ts"
import { accountsDigest } from "./digest.ts"
import { end, endingOf, endingOverflows, mark } from "./ending.ts"
import type { Ending } from "./ending.ts"
import { refusedBy } from "./refuse.ts"
import type { Work } from "./work.ts"

export const release = (command: Release, works: ReadonlyArray<Work<AccountTerms>>): Decided => {
  const reason = works.some((work) => work.state === "charged")
    ? "ended"
    : hasOtherAccounts(works, accountsDigest(command.legs))
      ? "legs"
      : undefined
  if (reason !== undefined) return decided(works, { ...answered("Conflict", command, works, NOT_GRANTED), reason })

  const endings = works.map(measuredEnding)
  const overflows = (work: Work): boolean => {
    const ending = endings[work.index]
    return ending !== undefined && endingOverflows(work, ending)
  }
  if (works.some(overflows)) {
    const overflowing = works.filter(overflows).map((work) => {
      const { debited } = endings[work.index]!
      return { work, amount: debited, whole: debited }
    })
    return decided(works, { ...answered("Denied", command, works, NOT_GRANTED), ...refusedBy("overflow", overflowing) })
  }

  const isUnknown = works.every(knowsNothing)
  const isFinalized = works.every((work) => knowsNothing(work) || work.state === "finalized")
  for (const work of works) carryOut(command, work, endings[work.index])
  if (isUnknown) return decided(works, answered("Unknown", command, works, NOT_GRANTED))
  const said = endings.every((ending) => ending === undefined) ? REPLAYED : GRANTED
  return decided(works, answered(isFinalized ? "Finalized" : "Released", command, works, said))
}

const knowsNothing = ({ state }: Work): boolean => state === "none" || state === "marked"

/** What releasing this leg debits; undefined if there is nothing to end. */
const measuredEnding = (work: Work): Ending | undefined =>
  work.state === "held" || work.state === "expired"
    ? endingOf(work, work.rows.entry!.measured ?? 0, "debit")
    : undefined

const carryOut = (command: Release, work: Work, ending: Ending | undefined): void => {
  if (ending !== undefined) end(work, ending, { cause: "released", id: command.id, actual: null, overage: "debit" })
  else if (work.state === "none") mark(work, "release", command.id)
}
