/**
 * What a call did cost. Sums of integers, rounded up once, at the end.
 */
import { MAX_AMOUNT } from "../machine/constants.ts"
import { InvalidInput } from "../machine/invalid-input.ts"
import { readAmount } from "../service/check.ts"
import type { Rates, TierRates } from "./rates.ts"

/** What a provider reported. All of them integers from 0 to 2^53 - 1. */
export interface TokenUsage {
  /** All input tokens, those of the cache included. (Anthropic's raw `input_tokens` excludes them: add them.) */
  readonly inputTokens: number
  /** Reasoning tokens included, as all providers count them. */
  readonly outputTokens: number
  /** Of the input: read from a cache. */
  readonly cachedInputTokens?: number | undefined
  /** Of the input: written to a cache. */
  readonly cacheWriteTokens?: number | undefined
  /** Calls of tools that the provider bills each, by the names that the rates give them: `{ web_search: 3 }`. */
  readonly toolCalls?: Readonly<Record<string, number>> | undefined
}

/** Pico-dollars in a micro-dollar: rates are micros per million tokens, so a product of tokens and rate is in picos. */
const PICOS_PER_MICRO = 1_000_000n

/** The tier that an input of this size selects. */
export const tierOf = (rates: Rates, inputTokens: number): TierRates => {
  let tier: TierRates = rates
  let from = -1
  for (const candidate of rates.longInput ?? []) {
    if (inputTokens <= candidate.aboveInputTokens || candidate.aboveInputTokens <= from) continue
    tier = candidate
    from = candidate.aboveInputTokens
  }
  return tier
}

/** Picos as micros, rounded up once; throws `InvalidInput` if it passes 2^53 - 1. */
export const roundedUp = (field: string, picos: bigint): number => {
  const micros = (picos + PICOS_PER_MICRO - 1n) / PICOS_PER_MICRO
  if (micros > BigInt(MAX_AMOUNT)) throw new InvalidInput(field, "a call that costs at most 2^53 - 1 micro-USD", micros)
  return Number(micros)
}

/** Tokens times rate, in picos. */
export const picos = (tokens: number, rate: number): bigint => BigInt(tokens) * BigInt(rate)

/**
 * The cost of a call in micro-USD: never below its exact value, and less than one micro above it.
 *
 * @throws InvalidInput if a count is no integer from 0 to 2^53 - 1, the cached parts exceed the input, or a tool that was
 *   called has no price (`toolMicros`)
 *
 * @example
 * costMicros(
 *   { inputTokens: 1_000, outputTokens: 100 },
 *   { inputMicrosPerMillion: 1_250_000, outputMicrosPerMillion: 10_000_000 }
 * ) // => 2_250
 */
export const costMicros = (usage: TokenUsage, rates: Rates): number => {
  const input = readAmount(usage.inputTokens, "usage.inputTokens")
  const output = readAmount(usage.outputTokens, "usage.outputTokens")
  const cached = readAmount(usage.cachedInputTokens ?? 0, "usage.cachedInputTokens", 0, input)
  const written = readAmount(usage.cacheWriteTokens ?? 0, "usage.cacheWriteTokens", 0, input - cached)
  const tier = tierOf(rates, input)
  const plainRate = tier.inputMicrosPerMillion
  return roundedUp(
    "usage",
    picos(input - cached - written, plainRate) +
      picos(cached, tier.cachedInputMicrosPerMillion ?? plainRate) +
      picos(written, tier.cacheWriteMicrosPerMillion ?? plainRate) +
      picos(output, tier.outputMicrosPerMillion) +
      toolPicos("usage.toolCalls", usage.toolCalls, rates)
  )
}

/** Calls of tools, at their prices. One without a price is refused: it would be free. */
export const toolPicos = (field: string, calls: TokenUsage["toolCalls"], rates: Rates): bigint => {
  let sum = 0n
  for (const [tool, given] of Object.entries(calls ?? {})) {
    const count = readAmount(given, `${field}.${tool}`)
    const micros = Object.hasOwn(rates.toolMicros ?? {}, tool) ? rates.toolMicros![tool] : undefined
    if (count > 0 && micros === undefined)
      throw new InvalidInput(`${field}.${tool}`, "priced by the rates (toolMicros; 0 if it is free)", given)
    sum += BigInt(count) * BigInt(micros ?? 0) * PICOS_PER_MICRO
  }
  return sum
}
