/**
 * Clauses of a query: how it joins, orders, limits, locks and filters.
 */
import type { Token } from "../../sim/break/tokens.ts"
import type { Add } from "./mutants.ts"
import { depthOf, isSign, isWord } from "./tokens.ts"

export const breakClauses = (tokens: ReadonlyArray<Token>, add: Add): void => {
  for (const [at, token] of tokens.entries()) {
    const next = tokens[at + 1]
    if (isWord(token, "LEFT") && isWord(next, "JOIN")) add("join", token, token, "")
    if (isWord(token, "ORDER") && isWord(next, "BY")) add("order", token, tokens[clauseEnd(tokens, at + 2)]!, "")
    if (isWord(token, "DESC")) add("order", token, token, "")
    if (isWord(token, "LIMIT")) add("limit", token, tokens[clauseEnd(tokens, at + 1)]!, "")
    if (isWord(token, "FETCH") && isWord(next, "FIRST")) add("limit", token, tokens[clauseEnd(tokens, at + 1)]!, "")
    if (isWord(token, "WITH") && isWord(next, "TIES")) add("limit", token, next!, "ONLY")
    if (isWord(token, "FOR") && isWord(next, "NO", "UPDATE", "SHARE")) {
      const last = clauseEnd(tokens, at + 1)
      add("lock", token, tokens[last]!, "")
    }
    if (isWord(token, "SKIP") && isWord(next, "LOCKED")) add("lock", token, next!, "")
    if (isWord(token, "DISTINCT") && !isWord(tokens[at - 1], "IS", "NOT")) add("distinct", token, token, "")
    if (isWord(token, "FILTER") && isSign(next, "(")) add("filter", token, tokens[closing(tokens, at + 1)]!, "")
    if (isWord(token, "PARTITION")) add("filter", token, tokens[clauseEnd(tokens, at + 2)]!, "")
    // COLLATE "C" decides the order of locks.
    if (isWord(token, "COLLATE")) add("order", token, next!, "")
    if (isWord(token, "UNION") && isWord(next, "ALL")) add("distinct", next!, next!, "")
  }
}

const ENDS = ["LIMIT", "FOR", "LOOP", "ORDER", "RETURNING", "UNION", "ON", "FETCH", "WHERE", "INTO", "SKIP"]

/** The last token of a clause that goes on from `first`. */
const clauseEnd = (tokens: ReadonlyArray<Token>, first: number): number => {
  let depth = 0
  for (let at = first; at < tokens.length; at++) {
    const token = tokens[at]!
    depth += depthOf(token)
    if (depth < 0) return at - 1
    if (depth === 0 && (isSign(token, ";") || (isWord(token, ...ENDS) && !isWord(tokens[at - 1], "FOR")))) return at - 1
  }
  return tokens.length - 1
}

const closing = (tokens: ReadonlyArray<Token>, open: number): number => {
  let depth = 0
  for (let at = open; at < tokens.length; at++) {
    depth += depthOf(tokens[at]!)
    if (depth === 0) return at
  }
  return tokens.length - 1
}
