/**
 * What `decide` gives back.
 */
import type { Outcome } from "./outcome.ts"
import type { Change } from "./rows.ts"
import type { Work } from "./work.ts"

export interface Decided {
  readonly answer: Outcome
  /** In order: of each leg what was due, then its own. `apply` takes them, each for the account of its leg. */
  readonly changes: ReadonlyArray<Change>
  /** Each leg afterwards: its rows are what counts of them, to be checked. None where nothing was decided. */
  readonly works: ReadonlyArray<Work>
}

export const decided = (works: ReadonlyArray<Work>, answer: Outcome): Decided => ({
  answer,
  changes: works.length === 1 ? works[0]!.changes : works.flatMap((work) => work.changes),
  works
})
