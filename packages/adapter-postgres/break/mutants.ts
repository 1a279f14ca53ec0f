/**
 * The SQL, broken in one place: words and signs, constants, conditions, clauses, statements, and what stands side by side.
 */
import { mutantOf } from "../../sim/break/mutant.ts"
import type { Mutant as AnyMutant } from "../../sim/break/mutant.ts"
import type { Token } from "../../sim/break/tokens.ts"
import { breakClauses } from "./clauses.ts"
import { breakConditions } from "./conditions.ts"
import { breakProcedure } from "./procedure.ts"
import { statementsOf } from "./statements.ts"
import { breakLists } from "./lists.ts"
import { breakWords } from "./words.ts"

export type Kind =
  | "comparison"
  | "sum"
  | "product"
  | "bits"
  | "constant"
  | "boolean"
  | "bound"
  | "null"
  | "not"
  | "minus"
  | "connective"
  | "conjunct"
  | "branch"
  | "join"
  | "order"
  | "limit"
  | "lock"
  | "filter"
  | "distinct"
  | "column"
  | "swap"
  | "statement"

export type Mutant = AnyMutant<Kind>

/** Told of each place that a rule breaks: from this token to that one there stands this instead. */
export type Add = (kind: Kind, from: Token, to: Token, after: string) => void

export const mutantsOf = (text: string): ReadonlyArray<Mutant> => {
  const found: Array<Mutant> = []
  const seen = new Set<string>()
  const add: Add = (kind, from, to, after) => {
    const key = `${from.start} ${to.end} ${after}`
    if (seen.has(key) || text.slice(from.start, to.end) === after) return
    seen.add(key)
    found.push(mutantOf(text, kind, from, to, after))
  }
  for (const { tokens, isProcedural } of statementsOf(text)) {
    breakWords(tokens, add)
    breakConditions(tokens, add)
    breakClauses(tokens, add)
    breakLists(tokens, text, add)
    if (isProcedural) breakProcedure(tokens, add)
  }
  return found.toSorted((a, b) => a.start - b.start)
}
