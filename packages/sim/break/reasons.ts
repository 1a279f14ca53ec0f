/**
 * Why a mutant that no test sees is the same program. Keyed by what the line says, so that lines may move.
 */
import type { Mutant } from "./mutant.ts"

export interface Reason {
  /** A part of the line. */
  readonly line: string
  /** A part of the line before it. */
  readonly before?: string
  /** Which changes in it: `before -> after`; none: all. */
  readonly changes?: ReadonlyArray<string>
  readonly why: string
}

export const reasonAmong = (reasons: ReadonlyArray<Reason>, mutant: Mutant, text: string): string | undefined => {
  const lines = text.split("\n")
  const change = `${mutant.before} -> ${mutant.after}`.replaceAll(/\s+/g, " ")
  return reasons.find(
    (one) =>
      lines[mutant.line - 1]!.includes(one.line) &&
      (one.before === undefined || lines[mutant.line - 2]!.includes(one.before)) &&
      (one.changes === undefined || one.changes.includes(change))
  )?.why
}
