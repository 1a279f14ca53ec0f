/**
 * The table that both reports share: every invariant in words, how often it was asked, how often it broke.
 */
import { type InvariantCount, invariantTexts } from "./model.ts"
import { thousands } from "./numbers.ts"
import type { Paint } from "./paint.ts"
import { indented, left, right, table } from "./table.ts"

export const invariantTable = (invariants: ReadonlyArray<InvariantCount>, paint: Paint): ReadonlyArray<string> => {
  const rows = invariants.map(({ id, checks, violations }) => [
    id,
    invariantTexts[id],
    thousands(checks),
    thousands(violations)
  ])
  const [titles = "", ...lines] = indented(
    table([left(""), left("invariant"), right("checks"), right("violations")], rows)
  )
  return [paint.dim(titles), ...lines.map((line, i) => ((invariants[i]?.violations ?? 0) > 0 ? paint.red(line) : line))]
}

/** "I1 and I8" of those that were never asked; undefined: all were. A count of 0 proves nothing, so it is said. */
export const unasked = (invariants: ReadonlyArray<InvariantCount>): string | undefined => {
  const ids = invariants.filter(({ checks }) => checks === 0).map(({ id }) => id)
  return ids.length === 0 ? undefined : ids.join(", ")
}
