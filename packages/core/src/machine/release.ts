/**
 * `release`: a finalize at what was measured, which is mostly nothing. Stopping a stream at its last token must not be free.
 */
import { common } from "./answer.ts"
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
  if (reason !== undefined) return decided(works, { _tag: "Conflict", ...common(command, works), reason })

  const endings = works.map(measuredEnding)
  const overflowing = works
    .map((work, index) => ({ work, ending: endings[index] }))
    .filter(({ work, ending }) => ending !== undefined && endingOverflows(work, ending))
    .map(({ work, ending }) => ({ work, amount: ending!.debited, whole: ending!.debited }))
  if (overflowing.length > 0)
    return decided(works, { _tag: "Denied", ...common(command, works), ...refusedBy("overflow", overflowing) })

  const released = works.map((work, index) => carryOut(command, work, endings[index]))
  const isUnknown = ({ state }: Work): boolean => state === "none" || state === "marked"
  if (works.every(isUnknown)) return decided(released, { _tag: "Unknown", ...common(command, released) })
  const said = { granted: true, replayed: endings.every((ending) => ending === undefined) }
  const isFinalized = works.every((work) => isUnknown(work) || work.state === "finalized")
  return decided(released, { _tag: isFinalized ? "Finalized" : "Released", ...common(command, released, said) })
}

/** What releasing this leg debits; undefined if there is nothing to end. */
const measuredEnding = (work: Work): Ending | undefined =>
  work.state === "held" || work.state === "expired"
    ? endingOf(work, work.rows.entry!.measured ?? 0, "debit")
    : undefined

const carryOut = (command: Release, work: Work, ending: Ending | undefined): Work => {
  if (ending !== undefined)
    return end(work, ending, { cause: "released", id: command.id, actual: null, overage: "debit" })
  return work.state === "none" ? mark(work, "release", command.id) : work
}
