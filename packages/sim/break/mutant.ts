/**
 * One change of one place in a text of code.
 */
import type { Token } from "./tokens.ts"

export interface Mutant<Kind extends string = string> {
  readonly kind: Kind
  readonly line: number
  readonly column: number
  readonly before: string
  readonly after: string
  readonly start: number
  readonly end: number
}

/** What lies from one token to another, replaced. */
export const mutantOf = <Kind extends string>(
  text: string,
  kind: Kind,
  from: Token,
  to: Token,
  after: string
): Mutant<Kind> => {
  const before = text.slice(from.start, to.end)
  return { kind, line: from.line, column: from.column, before, after, start: from.start, end: to.end }
}

export const mutate = (text: string, { start, end, after }: Mutant): string =>
  text.slice(0, start) + after + text.slice(end)
