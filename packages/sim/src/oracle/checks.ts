/**
 * Which invariants are asked, how often each was asked where it could fail, and how one is reported broken.
 */
import type { InvariantId } from "../report/model.ts"

export const invariantIds: ReadonlyArray<InvariantId> = [
  "I1",
  "I2",
  "I3",
  "I4",
  "I5",
  "I6",
  "I7",
  "I8",
  "I9",
  "I10",
  "I11",
  "I12",
  "I13",
  "I14",
  "LIN"
]

/** An invariant broke. Thrown by the check that saw it; the run ends there, since what comes after it means nothing. */
export class Violation extends Error {
  readonly invariant: InvariantId
  readonly because: string

  constructor(invariant: InvariantId, because: string) {
    super(`${invariant}: ${because}`)
    this.name = "Violation"
    this.invariant = invariant
    this.because = because
  }
}

/** Counts of checks, by number of the invariant: `asked[2]` is I2's, `asked[15]` LIN's. A plain array, since the counts are the hottest lines of the judge. */
export type Asked = Array<number>

export const newAsked = (): Asked => Array.from({ length: 16 }, () => 0)

/** An invariant broke if this does not hold. `because` is made only then. */
export const must = (holds: boolean, invariant: InvariantId, because: () => string): void => {
  if (!holds) throw new Violation(invariant, because())
}
