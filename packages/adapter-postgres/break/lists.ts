/**
 * Lists: neighbours in a row or a call change places, and an assignment of UPDATE … SET is left out.
 */
import type { Token } from "../../sim/break/tokens.ts"
import type { Add } from "./mutants.ts"
import { depthOf, isSign, isWord } from "./tokens.ts"
import { partsOf } from "./words.ts"

export const breakLists = (tokens: ReadonlyArray<Token>, text: string, add: Add): void => {
  for (const [at, token] of tokens.entries()) {
    if (isSign(token, "(") && isList(tokens[at - 1])) swap(tokens, partsOf(tokens, at), text, add)
    if (isWord(token, "SET") && !isSign(tokens[at + 1], ";")) leaveOut(tokens, at, add)
  }
}

/** Words before a bracket that is no list, or one whose order says nothing. */
const OTHERS =
  "GREATEST LEAST COALESCE USING IN VALUES AS AND OR NOT WHERE ON FROM SELECT JOIN LATERAL BY ARRAY EXISTS ANY FILTER OVER FIRST LEDGER".split(
    " "
  )

/** Rows, and calls of functions of several arguments; `coalesce`, `greatest` and the like are broken as words. */
const isList = (before: Token | undefined): boolean =>
  before !== undefined && before.type === "name" && !isWord(before, ...OTHERS)

const swap = (
  tokens: ReadonlyArray<Token>,
  parts: ReadonlyArray<readonly [number, number]>,
  text: string,
  add: Add
): void => {
  const textOf = ([first, last]: readonly [number, number]): string =>
    text.slice(tokens[first]!.start, tokens[last]!.end)
  for (const [at, part] of parts.entries()) {
    const next = parts[at + 1]
    if (next === undefined || textOf(part) === textOf(next)) continue
    const between = text.slice(tokens[part[1]]!.end, tokens[next[0]]!.start)
    add("swap", tokens[part[0]]!, tokens[next[1]]!, `${textOf(next)}${between}${textOf(part)}`)
  }
}

/** Each assignment but one that is alone. */
const leaveOut = (tokens: ReadonlyArray<Token>, set: number, add: Add): void => {
  const items: Array<readonly [number, number]> = []
  let first = set + 1
  let depth = 0
  for (let at = set + 1; at <= tokens.length; at++) {
    const token = tokens[at]
    if (token !== undefined) depth += depthOf(token)
    const isEnd =
      token === undefined || depth < 0 || (depth === 0 && (isSign(token, ";") || isWord(token, "FROM", "WHERE")))
    if (isEnd || (depth === 0 && isSign(token, ","))) {
      items.push([first, at - 1])
      first = at + 1
    }
    if (isEnd) break
  }
  if (items.length < 2) return
  for (const [at, [from, to]] of items.entries())
    if (at === 0) add("column", tokens[from]!, tokens[to + 1]!, "")
    else add("column", tokens[from - 1]!, tokens[to]!, "")
}
