/**
 * Lua, cut into tokens: as much of the language as the scripts use.
 */
import { tokensBy } from "../../sim/break/tokens.ts"
import type { Patterns, Token } from "../../sim/break/tokens.ts"

const patterns: Patterns = [
  ["nothing", /\s+/y],
  ["nothing", /--[^\n]*/y],
  ["name", /[A-Za-z_][A-Za-z_0-9]*/y],
  ["number", /\d+(?:\.\d+)?/y],
  ["string", /'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"/y],
  ["operator", /==|~=|<=|>=|\.\.\.|\.\.|[-+*/%^#<>=(){}[\];:,.]/y]
]

/** @throws RangeError at what is none of the tokens known here, such as a long bracket */
export const tokensOf = (text: string): ReadonlyArray<Token> => tokensBy(patterns, text)

/** How deep in brackets, functions and blocks a token changes what follows. */
export const depthOf = ({ type, text }: Token): number => {
  if (type === "string") return 0
  if (["(", "{", "[", "function", "do", "if", "repeat"].includes(text)) return 1
  return [")", "}", "]", "end", "until"].includes(text) ? -1 : 0
}
