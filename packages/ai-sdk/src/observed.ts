/**
 * What was seen of one model call: a bound of its prompt, and what it used as far as anybody said.
 */
import type { LanguageModelV4CallOptions, LanguageModelV4Usage } from "@ai-sdk/provider"
import { TOKENS_FOR_TOOLS, TOKENS_PER_TOOL, utf8Bytes } from "@tallystick/core"
import type { KnownTokens } from "@tallystick/core/usage"

/**
 * A sound bound of a prompt's tokens: the UTF-8 bytes of its JSON, tools included. A byte-level tokenizer takes one
 * token per byte at most, and the JSON's own punctuation pays for what a provider puts around messages. Files count
 * as long as their data is; give a bound of your own where they are sent by URL.
 */
export const promptTokens = (options: LanguageModelV4CallOptions): number => {
  const prompt = utf8Bytes(JSON.stringify(options.prompt, fileAsText))
  const tools = options.tools ?? []
  if (tools.length === 0) return prompt
  return prompt + utf8Bytes(JSON.stringify(tools)) + TOKENS_FOR_TOOLS + TOKENS_PER_TOOL * tools.length
}

const fileAsText = (_key: string, value: unknown): unknown => (value instanceof Uint8Array ? value.join() : value)

/** The provider's report; `undefined` stays what nobody said, and so is what is no count. */
export const knownTokens = (usage: LanguageModelV4Usage | undefined): KnownTokens => ({
  input: count(usage?.inputTokens?.total),
  output: count(usage?.outputTokens?.total),
  cacheRead: count(usage?.inputTokens?.cacheRead),
  cacheWrite: count(usage?.inputTokens?.cacheWrite)
})

const count = (value: number | undefined): number | undefined =>
  value !== undefined && Number.isSafeInteger(value) && value >= 0 ? value : undefined
