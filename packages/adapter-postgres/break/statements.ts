/**
 * The statements of a migration, one by one, so that a broken one can take the place of the sound one.
 */
import type { Token } from "../../sim/break/tokens.ts"
import { isQuote, isSign, isWord, tokensOf } from "./tokens.ts"

export interface Statement {
  readonly start: number
  readonly end: number
  readonly kind: "function" | "view" | "other"
  /** What of it is code: a function's body, a view's query. */
  readonly tokens: ReadonlyArray<Token>
  /** A function written in PL/pgSQL. */
  readonly isProcedural: boolean
}

const known = new Map<string, ReadonlyArray<Statement>>()

export const statementsOf = (text: string): ReadonlyArray<Statement> => {
  const statements = known.get(text) ?? statementsIn(text)
  known.set(text, statements)
  return statements
}

const statementsIn = (text: string): ReadonlyArray<Statement> => {
  const statements: Array<Statement> = []
  let tokens: Array<Token> = []
  let isQuoted = false
  for (const token of tokensOf(text)) {
    tokens.push(token)
    if (isQuote(token)) isQuoted = !isQuoted
    if (isQuoted || !isSign(token, ";")) continue
    statements.push(statementOf(tokens))
    tokens = []
  }
  return statements
}

const statementOf = (tokens: ReadonlyArray<Token>): Statement => {
  const place = { start: tokens[0]!.start, end: tokens.at(-1)!.end }
  if (isWord(tokens[1], "FUNCTION")) {
    const quotes = tokens.flatMap((token, at) => (isQuote(token) ? [at] : []))
    const body = tokens.slice(quotes[0]! + 1, quotes[1])
    return { ...place, kind: "function", tokens: body, isProcedural: tokens.some((token) => isWord(token, "PLPGSQL")) }
  }
  if (isWord(tokens[1], "VIEW")) {
    const first = tokens.findIndex((token) => isWord(token, "AS"))
    return { ...place, kind: "view", tokens: tokens.slice(first + 1, -1), isProcedural: false }
  }
  return { ...place, kind: "other", tokens: [], isProcedural: false }
}

/** The statement's text, as one that replaces what is there. */
export const replacing = (text: string): string => text.replace(/^CREATE /, "CREATE OR REPLACE ")
