/**
 * Words, signs and numbers, each on its own.
 */
import type { Token } from "../../sim/break/tokens.ts"
import type { Add, Kind } from "./mutants.ts"
import { depthOf, isSign, isWord } from "./tokens.ts"

/** What a word or sign is replaced by: a comparison by its negation and by the one that differs at the edge. */
const replacements: Readonly<Record<string, readonly [Kind, ReadonlyArray<string>]>> = {
  "<>": ["comparison", ["="]],
  "<": ["comparison", [">=", "<="]],
  ">": ["comparison", ["<=", ">="]],
  "<=": ["comparison", [">", "<"]],
  ">=": ["comparison", ["<", ">"]],
  "<@": ["comparison", ["&&", "@>"]],
  "&&": ["comparison", ["<@"]],
  "&": ["bits", ["|"]],
  "|": ["bits", ["&"]],
  "~": ["bits", [""]],
  "+": ["sum", ["-"]],
  "-": ["sum", ["+"]],
  "*": ["product", ["/"]],
  "/": ["product", ["*"]],
  TRUE: ["boolean", ["false"]],
  FALSE: ["boolean", ["true"]],
  GREATEST: ["bound", ["least"]],
  LEAST: ["bound", ["greatest"]],
  MAX: ["bound", ["min"]],
  MIN: ["bound", ["max"]],
  FLOOR: ["bound", ["ceil"]],
  CEIL: ["bound", ["floor"]]
}

export const breakWords = (tokens: ReadonlyArray<Token>, add: Add): void => {
  for (const [at, token] of tokens.entries()) {
    if (token.type === "string") continue
    if (token.type === "number") {
      // SELECT 1 FROM: what is asked is whether there is a row.
      if (!(isWord(tokens[at - 1], "SELECT", "PERFORM") && isWord(tokens[at + 1], "FROM"))) breakNumber(token, add)
    } else if (isSign(token, "=") && isComparison(tokens, at)) add("comparison", token, token, "<>")
    else if (isWord(token, "NOT")) breakNot(tokens, at, add)
    else if (isWord(token, "IS")) breakIs(tokens, at, add)
    else if (isWord(token, "IN") && isSign(tokens[at + 1], "(") && !isWord(tokens[at - 1], "NOT"))
      add("comparison", token, token, "NOT IN")
    else if (isWord(token, "COALESCE")) breakCoalesce(tokens, at, add)
    else replaceWord(tokens, at, add)
  }
}

const replaceWord = (tokens: ReadonlyArray<Token>, at: number, add: Add): void => {
  const token = tokens[at]!
  const key = token.text.toUpperCase()
  if (!Object.hasOwn(replacements, key)) return
  const [kind, texts] = replacements[key]!
  if (kind === "bound" && !isSign(tokens[at + 1], "(")) return
  // count(*), row.*
  if (token.text === "*" && (isSign(tokens[at - 1], "(", ".") || isWord(tokens[at - 1], "SELECT"))) return
  // As an operator of two sides it matches an expression.
  if (token.text === "~" && !isUnary(tokens[at - 1])) return
  if (token.text === "-" && isUnary(tokens[at - 1])) add("minus", token, token, "")
  else for (const text of texts) add(kind, token, token, text)
}

const isUnary = (before: Token | undefined): boolean =>
  before === undefined ||
  (before.type === "operator" && !isSign(before, ")", "]")) ||
  isWord(before, "THEN", "ELSE", "AND", "OR", "SELECT", "BY", "WHEN", "RETURN")

const breakNumber = (token: Token, add: Add): void => {
  const value = BigInt(token.text)
  add("constant", token, token, String(value + 1n))
  if (value > 0n) add("constant", token, token, String(value - 1n))
}

const breakNot = (tokens: ReadonlyArray<Token>, at: number, add: Add): void => {
  // NOT IN is a comparison; IS NOT, NOT NULL, NOT EXISTS and plain NOT lose the word.
  if (isWord(tokens[at + 1], "NULL", "DISTINCT", "MATERIALIZED")) return
  add("not", tokens[at]!, tokens[at]!, "")
}

const breakIs = (tokens: ReadonlyArray<Token>, at: number, add: Add): void => {
  const [is, next, after] = [tokens[at]!, tokens[at + 1], tokens[at + 2]]
  if (isWord(next, "NULL")) add("null", is, next!, "IS NOT NULL")
  else if (isWord(next, "DISTINCT")) add("null", is, next!, "IS NOT DISTINCT")
  else if (isWord(next, "NOT") && isWord(after, "NULL", "DISTINCT")) add("null", is, next!, "IS")
}

/** `coalesce(a, b)` becomes `a`, and `b`. */
const breakCoalesce = (tokens: ReadonlyArray<Token>, at: number, add: Add): void => {
  const parts = partsOf(tokens, at + 1)
  if (parts.length !== 2) return
  const [[, firstEnd], [secondStart, secondEnd]] = parts as [[number, number], [number, number]]
  // The comma and what stands behind it go, or what stands before it and the comma.
  add("null", tokens[firstEnd + 1]!, tokens[secondEnd]!, "")
  add("null", tokens[at + 2]!, tokens[secondStart - 1]!, "")
}

/** The parts of a list in brackets that begins at `open`: of each its first and last token. */
export const partsOf = (tokens: ReadonlyArray<Token>, open: number): ReadonlyArray<readonly [number, number]> => {
  const parts: Array<readonly [number, number]> = []
  let first = open + 1
  let depth = 0
  for (let at = open; at < tokens.length; at++) {
    depth += depthOf(tokens[at]!)
    const isEnd = depth === 0
    if (isEnd || (depth === 1 && isSign(tokens[at], ","))) {
      if (at > first) parts.push([first, at - 1])
      first = at + 1
    }
    if (isEnd) break
  }
  return parts
}

/** Not the `=` of UPDATE … SET, nor a default. */
const isComparison = (tokens: ReadonlyArray<Token>, at: number): boolean => {
  let depth = 0
  for (let before = at - 1; before >= 0; before--) {
    const token = tokens[before]!
    depth -= depthOf(token)
    if (depth < 0) return true
    if (depth > 0) continue
    if (isWord(token, "SET")) return false
    if (isWord(token, "WHERE", "ON", "AND", "OR", "IF", "ELSIF", "WHEN", "SELECT", "THEN", "NOT", "CASE")) return true
    if (isSign(token, ";", ":=")) return true
  }
  return true
}
