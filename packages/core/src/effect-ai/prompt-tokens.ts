/**
 * A bound of what a call of Effect's `LanguageModel` sends.
 */
import * as Prompt from "effect/ai/Prompt"
import * as Tool from "effect/ai/Tool"

import { TOKENS_FOR_TOOLS, TOKENS_PER_TOOL, utf8Bytes } from "../pricing/prompt-bound.ts"

/** What a call is given. */
export interface CallInput {
  readonly prompt: Prompt.RawInput
  /** The tools of its toolkit. */
  readonly tools: ReadonlyArray<Tool.Any>
  /** The schema of a structured answer, as JSON. */
  readonly schema?: unknown
}

/**
 * A sound bound of its input tokens: the UTF-8 bytes of its JSON, tools and schema included. A byte-level tokenizer takes one token per byte at most, and the
 * JSON's own punctuation pays for what a provider puts around messages. Files count as long as their data is; give a bound of your own where they are sent by
 * URL.
 */
export const promptTokens = ({ prompt, schema, tools }: CallInput): number => {
  const text = utf8Bytes(JSON.stringify(Prompt.make(prompt).content, fileAsText))
  const answer = schema === undefined ? 0 : TOKENS_FOR_TOOLS + utf8Bytes(JSON.stringify(schema))
  if (tools.length === 0) return text + answer
  const described = tools.map((tool) => [tool.name, Tool.getDescription(tool), Tool.getJsonSchema(tool)])
  return text + answer + utf8Bytes(JSON.stringify(described)) + TOKENS_FOR_TOOLS + TOKENS_PER_TOOL * tools.length
}

const fileAsText = (_key: string, value: unknown): unknown => (value instanceof Uint8Array ? value.join() : value)
