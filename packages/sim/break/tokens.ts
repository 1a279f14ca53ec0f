/**
 * A text of code, cut into tokens: as much of a language as its patterns know.
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

/** Sticky expressions, tried in turn; `nothing` is white space and comments. */
export type Patterns = ReadonlyArray<readonly [Token["type"] | "nothing", RegExp]>

/** @throws RangeError at what is none of the tokens that the patterns know */
export const tokensBy = (patterns: Patterns, text: string): ReadonlyArray<Token> => {
  const tokens: Array<Token> = []
  let line = 1
  let lineStart = 0
  for (let at = 0; at < text.length;) {
    const found = patterns.map(([type, pattern]) => ({ type, text: match(pattern, text, at) })).find(isFound)
    if (found === undefined) throw new RangeError(`line ${line}: no token that is known here`)
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
