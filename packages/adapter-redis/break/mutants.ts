/**
 * The script, broken in one place: every comparison, sum, product, connective, bound, branch, boolean, write and assignment.
 */
import { mutantOf } from "../../sim/break/mutant.ts"
import type { Mutant as AnyMutant } from "../../sim/break/mutant.ts"
import type { Token } from "../../sim/break/tokens.ts"
import { depthOf, tokensOf } from "./tokens.ts"

export type Kind =
  | "comparison"
  | "sum"
  | "product"
  | "connective"
  | "not"
  | "minus"
  | "bound"
  | "branch"
  | "boolean"
  | "write"
  | "assignment"

export type Mutant = AnyMutant<Kind>

/** What a word or sign is replaced by, each on its own: a comparison by its negation and by the one that differs at the edge. */
const replacements: Readonly<Record<string, readonly [Kind, ReadonlyArray<string>]>> = {
  "==": ["comparison", ["~="]],
  "~=": ["comparison", ["=="]],
  "<": ["comparison", [">=", "<="]],
  ">": ["comparison", ["<=", ">="]],
  "<=": ["comparison", [">", "<"]],
  ">=": ["comparison", ["<", ">"]],
  "+": ["sum", ["-"]],
  "-": ["sum", ["+"]],
  "*": ["product", ["/"]],
  "/": ["product", ["*"]],
  and: ["connective", ["or"]],
  or: ["connective", ["and"]],
  not: ["not", [""]],
  true: ["boolean", ["false"]],
  false: ["boolean", ["true"]],
  max: ["bound", ["min"]],
  min: ["bound", ["max"]],
  floor: ["bound", ["ceil"]],
  ceil: ["bound", ["floor"]]
}

const WRITES = ["HSET", "HDEL", "ZADD", "ZREM", "SET", "UNLINK", "PEXPIREAT", "PERSIST"]

export const mutantsOf = (text: string): ReadonlyArray<Mutant> => {
  const tokens = tokensOf(text)
  const found: Array<Mutant> = []
  const add = (kind: Kind, from: Token, to: Token, after: string): void => {
    found.push(mutantOf(text, kind, from, to, after))
  }
  for (const [at, token] of tokens.entries()) {
    if (token.type === "string") continue
    replace(tokens, at, add)
    if (["if", "elseif", "while"].includes(token.text)) {
      const last = conditionEnd(tokens, at + 1)
      for (const value of ["true", "false"]) add("branch", tokens[at + 1]!, tokens[last]!, value)
    }
    // `type(...)` reckons what the write was given, and writes nothing.
    if (isWrite(tokens, at)) add("write", token, tokens[at + 2]!, "type")
    const last = assignmentEnd(tokens, at)
    if (last !== undefined) add("assignment", token, tokens[last]!, "")
  }
  return found
}

type Add = (kind: Kind, from: Token, to: Token, after: string) => void

const replace = (tokens: ReadonlyArray<Token>, at: number, add: Add): void => {
  const token = tokens[at]!
  if (!Object.hasOwn(replacements, token.text)) return
  const [kind, texts] = replacements[token.text]!
  if (kind === "bound" && tokens[at - 2]?.text !== "math") return
  if (token.text === "-" && isUnary(tokens[at - 1])) add("minus", token, token, "")
  else for (const text of texts) add(kind, token, token, text)
}

const isUnary = (before: Token | undefined): boolean =>
  before === undefined ||
  (before.type === "operator" && ![")", "]", "}"].includes(before.text)) ||
  ["and", "or", "not", "return", "then", "else"].includes(before.text)

/** The last token of a condition: what stands before the `then` or `do` that is not one of a function in it. */
const conditionEnd = (tokens: ReadonlyArray<Token>, first: number): number => {
  let depth = 0
  for (let at = first; at < tokens.length; at++) {
    const token = tokens[at]!
    if (depth === 0 && (token.text === "then" || token.text === "do")) return at - 1
    depth += depthOf(token)
  }
  throw new RangeError(`line ${tokens[first]!.line}: a condition without an end`)
}

const isWrite = (tokens: ReadonlyArray<Token>, at: number): boolean =>
  tokens[at]!.text === "redis" &&
  tokens[at + 2]?.text === "call" &&
  tokens[at + 3]?.text === "(" &&
  WRITES.includes(tokens[at + 4]!.text.slice(1, -1))

/** The last token of the assignment that begins here. Each statement of the scripts begins a line, or follows a `then`. */
const assignmentEnd = (tokens: ReadonlyArray<Token>, first: number): number | undefined => {
  const token = tokens[first]!
  const before = tokens[first - 1]
  if (token.type !== "name" || (before !== undefined && before.line === token.line)) return undefined
  let at = first + 1
  let depth = 0
  for (; depth > 0 || [".", "["].includes(tokens[at]?.text ?? "") || tokens[at - 1]!.text === "."; at++)
    depth += depthOf(tokens[at]!)
  // A field of a table that is being made ends with a comma, or with the table.
  if (tokens[at]?.text !== "=" || isField(tokens, first)) return undefined
  for (at++; at < tokens.length; at++) {
    depth += depthOf(tokens[at]!)
    if (depth === 0 && tokens[at + 1]?.line !== tokens[at]!.line) return at
  }
  return undefined
}

const isField = (tokens: ReadonlyArray<Token>, first: number): boolean => {
  let depth = 0
  for (let at = first - 1; at >= 0; at--) {
    depth -= depthOf(tokens[at]!)
    if (depth < 0) return tokens[at]!.text === "{"
  }
  return false
}
