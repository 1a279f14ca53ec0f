/**
 * Lua, cut into tokens: as much of the language as the scripts use.
 */

export interface Token {
  readonly type: "name" | "number" | "string" | "operator"
  readonly text: string
  /** Where it begins and ends in the text. */
  readonly start: number
  readonly end: number
  readonly line: number
  readonly column: number
}

const patterns: ReadonlyArray<readonly [Token["type"] | "nothing", RegExp]> = [
  ["nothing", /\s+/y],
  ["nothing", /--[^\n]*/y],
  ["name", /[A-Za-z_][A-Za-z_0-9]*/y],
  ["number", /\d+(?:\.\d+)?/y],
  ["string", /'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"/y],
  ["operator", /==|~=|<=|>=|\.\.\.|\.\.|[-+*/%^#<>=(){}[\];:,.]/y]
]

/** @throws RangeError at what is none of the tokens known here, such as a long bracket */
export const tokensOf = (text: string): ReadonlyArray<Token> => {
  const tokens: Array<Token> = []
  let line = 1
  let lineStart = 0
  for (let at = 0; at < text.length;) {
    const found = patterns.map(([type, pattern]) => ({ type, text: match(pattern, text, at) })).find(isFound)
    if (found === undefined) throw new RangeError(`line ${line}: no token of Lua that is known here`)
    if (found.type !== "nothing") {
      const end = at + found.text.length
      tokens.push({ type: found.type, text: found.text, start: at, end, line, column: at - lineStart + 1 })
    }
    for (let index = at; index < at + found.text.length; index++) {
      if (text[index] !== "\n") continue
      line++
      lineStart = index + 1
    }
    at += found.text.length
  }
  return tokens
}

const match = (pattern: RegExp, text: string, at: number): string | undefined => {
  pattern.lastIndex = at
  return pattern.exec(text)?.[0]
}

const isFound = (one: {
  type: Token["type"] | "nothing"
  text: string | undefined
}): one is { type: Token["type"] | "nothing"; text: string } => one.text !== undefined

/** How deep in brackets, functions and blocks a token changes what follows. */
export const depthOf = ({ type, text }: Token): number => {
  if (type === "string") return 0
  if (["(", "{", "[", "function", "do", "if", "repeat"].includes(text)) return 1
  return [")", "}", "]", "end", "until"].includes(text) ? -1 : 0
}
