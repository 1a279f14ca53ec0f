/**
 * What a call can cost at most, by bounds of what it uses.
 */
import { readAmount } from "../service/check.ts"
import { picos, roundedUp, type TokenUsage, toolPicos } from "./cost.ts"
import type { Rates, TierRates } from "./rates.ts"

/** Bounds of a call's usage. */
export type UsageBound = Pick<TokenUsage, "inputTokens" | "outputTokens" | "toolCalls">

/**
 * The most that a call can cost in micro-USD which stays within these bounds, rounded up once: all input at its dearest
 * rate, since it may be written to a cache, all output, all calls of tools. The real input may be shorter than its bound,
 * so that any tier up to the bound's may price the call: the dearest counts.
 *
 * @throws InvalidInput as `costMicros`
 *
 * @example
 * boundMicros(
 *   { inputTokens: 4_000, outputTokens: 1_000 },
 *   { inputMicrosPerMillion: 1_250_000, outputMicrosPerMillion: 10_000_000 }
 * ) // => 15_000
 */
export const boundMicros = (bound: UsageBound, rates: Rates): number => {
  const input = readAmount(bound.inputTokens, "bound.inputTokens")
  const output = readAmount(bound.outputTokens, "bound.outputTokens")
  const tiers: ReadonlyArray<TierRates> = [
    rates,
    ...(rates.longInput ?? []).filter((tier) => tier.aboveInputTokens < input)
  ]
  const inputRate = Math.max(
    ...tiers.map((tier) =>
      Math.max(tier.inputMicrosPerMillion, tier.cachedInputMicrosPerMillion ?? 0, tier.cacheWriteMicrosPerMillion ?? 0)
    )
  )
  const outputRate = Math.max(...tiers.map((tier) => tier.outputMicrosPerMillion))
  const tools = toolPicos("maxToolCalls", bound.toolCalls, rates)
  return roundedUp("maxOutputTokens", picos(input, inputRate) + picos(output, outputRate) + tools)
}
