/**
 * What was seen of one model call: its worst case, and what it used as far as anybody said.
 */
import type { LanguageModelV4CallOptions, LanguageModelV4Usage } from "@ai-sdk/provider"
import {
  type Amounts,
  boundMicros,
  costMicros,
  type Rates,
  TOKENS_FOR_TOOLS,
  TOKENS_PER_TOOL,
  utf8Bytes
} from "@tallystick/core"

/** What a call may use at most, and the rates that price it: they are read once, before it. */
export interface CallBound {
  readonly inputTokens: number
  readonly outputTokens: number
  readonly rates: Rates | undefined
  /** Calls of tools that the provider bills, at most. */
  readonly toolCalls?: Readonly<Record<string, number>> | undefined
}

/** Token counts that are known by now. */
export interface KnownTokens {
  readonly input: number | undefined
  readonly output: number | undefined
  readonly cacheRead: number | undefined
  readonly cacheWrite: number | undefined
  /** Calls of tools that the rates have a price for. */
  readonly toolCalls?: Readonly<Record<string, number>> | undefined
}

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

/** The most that a call may use, in the turn's units. */
export const worstOf = (units: ReadonlySet<string>, bound: CallBound): Amounts => {
  const amounts: Record<string, number> = {}
  if (units.has("tokens")) amounts["tokens"] = bound.inputTokens + bound.outputTokens
  if (units.has("microusd") && bound.rates !== undefined) amounts["microusd"] = boundMicros(bound, bound.rates)
  return amounts
}

/** Amounts in the turn's units: `tokens` is input and output, `microusd` what they cost. */
export const amountsOf = (
  units: ReadonlySet<string>,
  tokens: KnownTokens & { readonly input: number; readonly output: number },
  rates: Rates | undefined
): Amounts => {
  const amounts: Record<string, number> = {}
  if (units.has("tokens")) amounts["tokens"] = tokens.input + tokens.output
  if (units.has("microusd") && rates !== undefined) {
    const cached = Math.min(tokens.cacheRead ?? 0, tokens.input)
    amounts["microusd"] = costMicros(
      {
        inputTokens: tokens.input,
        outputTokens: tokens.output,
        cachedInputTokens: cached,
        cacheWriteTokens: Math.min(tokens.cacheWrite ?? 0, tokens.input - cached),
        toolCalls: tokens.toolCalls
      },
      rates
    )
  }
  return amounts
}
