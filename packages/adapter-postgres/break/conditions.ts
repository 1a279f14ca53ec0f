/**
 * Conditions: what AND and OR join, and what a branch asks.
 */
import type { Token } from "../../sim/break/tokens.ts"
import type { Add } from "./mutants.ts"
import { depthOf, isSign, isWord } from "./tokens.ts"

/** Words that stand before or behind an operand of AND and OR. */
const EDGES =
  "AND OR WHERE ON IF ELSIF WHEN THEN ELSE SELECT FROM JOIN LEFT CROSS GROUP ORDER LIMIT FOR LOOP RETURNING UNION HAVING AS CASE END FILTER INTO".split(
    " "
  )

export const breakConditions = (tokens: ReadonlyArray<Token>, add: Add): void => {
  const betweens = betweenAnds(tokens)
  for (const [at, token] of tokens.entries()) {
    if (isWord(token, "AND", "OR") && !betweens.has(at)) {
      add("connective", token, token, isWord(token, "AND") ? "OR" : "AND")
      const neutral = isWord(token, "AND") ? "true" : "false"
      const first = operandStart(tokens, at - 1)
      add("conjunct", tokens[first]!, tokens[at - 1]!, neutral)
      add("conjunct", tokens[at + 1]!, tokens[operandEnd(tokens, at + 1)]!, neutral)
    }
    if (isWord(token, "IF", "ELSIF") && !isWord(tokens[at - 1], "END")) branch(tokens, at, "THEN", add)
    if (isWord(token, "WHEN") && isSearched(tokens, at)) branch(tokens, at, "THEN", add)
    if (isWord(token, "WHERE")) condition(tokens, at, add)
  }
}

/** The ANDs that belong to a BETWEEN. */
const betweenAnds = (tokens: ReadonlyArray<Token>): ReadonlySet<number> => {
  const found = new Set<number>()
  for (const [at, token] of tokens.entries())
    if (isWord(token, "BETWEEN")) found.add(tokens.findIndex((one, index) => index > at && isWord(one, "AND")))
  return found
}

const isEdge = (token: Token): boolean =>
  isWord(token, ...EDGES) || isSign(token, ",", ";", ":=", "=>") || token.text.startsWith("$")

const operandStart = (tokens: ReadonlyArray<Token>, last: number): number => {
  let depth = 0
  let cases = 0
  for (let at = last; at >= 0; at--) {
    const token = tokens[at]!
    if (isWord(token, "END")) cases++
    depth -= depthOf(token)
    if (depth < 0) return at + 1
    if (depth === 0 && cases === 0 && isEdge(token) && !isWord(token, "END")) return at + 1
    if (isWord(token, "CASE")) cases--
  }
  return 0
}

const operandEnd = (tokens: ReadonlyArray<Token>, first: number): number => {
  let depth = 0
  let cases = 0
  for (let at = first; at < tokens.length; at++) {
    const token = tokens[at]!
    if (isWord(token, "CASE")) cases++
    depth += depthOf(token)
    if (depth < 0) return at - 1
    if (depth === 0 && cases === 0 && isEdge(token) && !isWord(token, "CASE")) return at - 1
    if (isWord(token, "END")) cases--
  }
  return tokens.length - 1
}

/** `CASE x WHEN 'a'` compares; only `CASE WHEN condition` branches. */
const isSearched = (tokens: ReadonlyArray<Token>, at: number): boolean => {
  let cases = 0
  for (let before = at - 1; before >= 0; before--) {
    if (isWord(tokens[before], "END") && !isWord(tokens[before + 1], "IF", "LOOP", "CASE")) cases++
    if (!isWord(tokens[before], "CASE") || isWord(tokens[before - 1], "END")) continue
    if (cases-- > 0) continue
    return isWord(tokens[before + 1], "WHEN")
  }
  return false
}

const branch = (tokens: ReadonlyArray<Token>, at: number, end: string, add: Add): void => {
  let cases = 0
  for (let last = at + 1; last < tokens.length; last++) {
    if (isWord(tokens[last], "CASE")) cases++
    if (isWord(tokens[last], "END")) cases--
    if (cases > 0 || !isWord(tokens[last], end)) continue
    for (const value of ["true", "false"]) add("branch", tokens[at + 1]!, tokens[last - 1]!, value)
    return
  }
}

/** A WHERE of one condition, as a whole; of several, each is one that AND joins. */
const condition = (tokens: ReadonlyArray<Token>, at: number, add: Add): void => {
  const last = operandEnd(tokens, at + 1)
  if (!isWord(tokens[last + 1], "AND", "OR")) add("conjunct", tokens[at + 1]!, tokens[last]!, "true")
}
