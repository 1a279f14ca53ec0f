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
  /** Where the same piece of code stands once more: all of them are broken, as the one that was written is. */
  readonly copies?: ReadonlyArray<number>
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

/** A text that begins at `offset`: a part of what the mutant was found in. */
export const mutate = (text: string, { start, end, after, copies = [] }: Mutant, offset = 0): string => {
  let broken = text
  for (const place of [start, ...copies].map((one) => one - offset).toSorted((a, b) => b - a))
    if (place >= 0 && place < text.length) broken = broken.slice(0, place) + after + broken.slice(place + end - start)
  return broken
}
