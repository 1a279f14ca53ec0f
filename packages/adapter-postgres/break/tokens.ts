/**
 * SQL and PL/pgSQL, cut into tokens. What stands between dollar quotes is code too; the quotes are tokens of their own.
 */
import { tokensBy } from "../../sim/break/tokens.ts"
import type { Patterns, Token } from "../../sim/break/tokens.ts"

const patterns: Patterns = [
  ["nothing", /\s+/y],
  ["nothing", /--[^\n]*/y],
  ["operator", /\$[a-z]*\$/y],
  ["name", /[A-Za-z_][A-Za-z_0-9]*|"[^"]*"|\{schema\}|#variable_conflict/y],
  ["number", /\d+(?:\.\d+)?/y],
  ["string", /'(?:[^']|'')*'/y],
  ["operator", /:=|::|->>|->|<>|<=|>=|=>|<@|@>|&&|\|\||\.\.|[-+*/%^#<>=(){}[\];:,.~!@|&]/y]
]

export const tokensOf = (text: string): ReadonlyArray<Token> => tokensBy(patterns, text)

/** Whether the token is this word, in capitals or not. */
export const isWord = (token: Token | undefined, ...words: ReadonlyArray<string>): boolean =>
  token !== undefined && token.type === "name" && words.includes(token.text.toUpperCase())

export const isSign = (token: Token | undefined, ...signs: ReadonlyArray<string>): boolean =>
  token !== undefined && token.type === "operator" && signs.includes(token.text)

export const isQuote = (token: Token): boolean => token.type === "operator" && token.text.startsWith("$")

/** How deep in brackets and CASE expressions a token changes what follows. */
export const depthOf = (token: Token): number => {
  if (isSign(token, "(", "[")) return 1
  if (isSign(token, ")", "]")) return -1
  return 0
}
