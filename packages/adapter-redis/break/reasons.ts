/**
 * Why a mutant that no test sees is the same program. Keyed by what the line says, so that lines may move.
 */
import type { Mutant } from "./mutants.ts"

interface Reason {
  /** A part of the line. */
  readonly line: string
  /** Which changes in it: `before -> after`; none: all. */
  readonly changes?: ReadonlyArray<string>
  readonly why: string
}

const reasons: ReadonlyArray<Reason> = []

export const reasonOf = (mutant: Mutant, line: string): string | undefined =>
  reasons.find(
    (one) =>
      line.includes(one.line) &&
      (one.changes === undefined || one.changes.includes(`${mutant.before} -> ${mutant.after}`.replaceAll(/\s+/g, " ")))
  )?.why
