/**
 * Statements of PL/pgSQL: each that is not a block is left out.
 */
import type { Token } from "../../sim/break/tokens.ts"
import type { Add } from "./mutants.ts"
import { depthOf, isSign, isWord } from "./tokens.ts"

const BLOCKS = ["IF", "FOR", "FOREACH", "WHILE", "LOOP", "CASE", "BEGIN", "END", "ELSIF", "ELSE", "WHEN", "DECLARE"]

export const breakProcedure = (tokens: ReadonlyArray<Token>, add: Add): void => {
  const begin = tokens.findIndex((token) => isWord(token, "BEGIN"))
  for (let at = begin + 1; at < tokens.length; at++) {
    if (!isStart(tokens, at) || isWord(tokens[at], ...BLOCKS)) continue
    const last = endOf(tokens, at)
    if (last !== undefined) add("statement", tokens[at]!, tokens[last]!, "NULL;")
  }
}

/** Behind a statement, or at the beginning of a block. A THEN or ELSE of a CASE expression is not followed by a statement. */
const isStart = (tokens: ReadonlyArray<Token>, at: number): boolean => {
  const before = tokens[at - 1]!
  if (isSign(before, ";")) return true
  if (isWord(before, "BEGIN")) return true
  if (isWord(before, "LOOP")) return !isWord(tokens[at - 2], "END")
  return isWord(before, "THEN", "ELSE") && !isInExpression(tokens, at - 1)
}

/** A CASE expression ends with a plain END, before the `;` that ends the statement. */
const isInExpression = (tokens: ReadonlyArray<Token>, at: number): boolean => {
  let depth = 0
  let cases = 0
  for (let next = at + 1; next < tokens.length; next++) {
    const token = tokens[next]!
    depth += depthOf(token)
    if (depth < 0) return true
    if (isSign(token, ";")) return false
    if (isWord(token, "CASE")) cases++
    if (isWord(token, "END") && cases-- === 0) return true
  }
  return false
}

const endOf = (tokens: ReadonlyArray<Token>, first: number): number | undefined => {
  let depth = 0
  for (let at = first; at < tokens.length; at++) {
    depth += depthOf(tokens[at]!)
    if (depth === 0 && isSign(tokens[at], ";")) return at
  }
  return undefined
}
