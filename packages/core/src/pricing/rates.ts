/**
 * What tokens cost. Integers only: one micro-dollar per million tokens is one pico-dollar per token, so that every
 * list price of today ($1.25 per million is 1,250,000) is a whole number and sums are exact.
 */
import { InvalidInput } from "../machine/invalid-input.ts"
import { readAmount, refuseOtherKeys, readObject } from "../service/check.ts"

/** The dearest rate that is taken: $1,000,000 per million tokens, a dollar per token. */
export const MAX_RATE = 1_000_000_000_000

/** The prices of one tier, in micro-USD per million tokens (0 to 10^12). */
export interface TierRates {
  readonly inputMicrosPerMillion: number
  readonly outputMicrosPerMillion: number
  /** Input tokens that were read from a cache. Default: the input rate. */
  readonly cachedInputMicrosPerMillion?: number | undefined
  /** Input tokens that were written to a cache. Default: the input rate. */
  readonly cacheWriteMicrosPerMillion?: number | undefined
}

/**
 * A tier that prices the whole call once its input passes a size (Sonnet 4.5 above 200,000 tokens, GPT-5.5 above
 * 272,000).
 */
export interface LongInputRates extends TierRates {
  readonly aboveInputTokens: number
}

/** The prices of one model. */
export interface Rates extends TierRates {
  /** What the model can answer at most: the output bound of a call that names none. */
  readonly maxOutputTokens?: number | undefined
  /** Micro-USD of each call of a tool that the provider bills ($10 for 1,000 searches: `web_search: 10_000`); 0: free. */
  readonly toolMicros?: Readonly<Record<string, number>> | undefined
  /** In any order. The one with the largest `aboveInputTokens` that the input passes prices the whole call. */
  readonly longInput?: ReadonlyArray<LongInputRates> | undefined
}

const tierKeys = [
  "inputMicrosPerMillion",
  "outputMicrosPerMillion",
  "cachedInputMicrosPerMillion",
  "cacheWriteMicrosPerMillion"
] as const

const readTier = (field: string, value: Readonly<Record<string, unknown>>): TierRates => ({
  inputMicrosPerMillion: readAmount(value["inputMicrosPerMillion"], `${field}.inputMicrosPerMillion`, 0, MAX_RATE),
  outputMicrosPerMillion: readAmount(value["outputMicrosPerMillion"], `${field}.outputMicrosPerMillion`, 0, MAX_RATE),
  cachedInputMicrosPerMillion: optionalRate(
    `${field}.cachedInputMicrosPerMillion`,
    value["cachedInputMicrosPerMillion"]
  ),
  cacheWriteMicrosPerMillion: optionalRate(`${field}.cacheWriteMicrosPerMillion`, value["cacheWriteMicrosPerMillion"])
})

const optionalRate = (field: string, value: unknown): number | undefined =>
  value === undefined ? undefined : readAmount(value, field, 0, MAX_RATE)

/** Copies and checks the rates of one model; throws `InvalidInput` that names the field. */
export const readRates = (field: string, value: unknown): Rates => {
  const given = readObject(value, field)
  refuseOtherKeys(given, field, [...tierKeys, "maxOutputTokens", "toolMicros", "longInput"])
  const { longInput, maxOutputTokens, toolMicros } = given
  if (longInput !== undefined && !Array.isArray(longInput))
    throw new InvalidInput(`${field}.longInput`, "an array", longInput)
  return {
    ...readTier(field, given),
    maxOutputTokens:
      maxOutputTokens === undefined ? undefined : readAmount(maxOutputTokens, `${field}.maxOutputTokens`, 1),
    toolMicros: toolMicros === undefined ? undefined : readTools(`${field}.toolMicros`, toolMicros),
    longInput: longInput?.map((tier: unknown, index) => {
      const at = `${field}.longInput[${index}]`
      const tierGiven = readObject(tier, at)
      refuseOtherKeys(tierGiven, at, [...tierKeys, "aboveInputTokens"])
      const aboveInputTokens = readAmount(tierGiven["aboveInputTokens"], `${at}.aboveInputTokens`)
      return { ...readTier(at, tierGiven), aboveInputTokens }
    })
  }
}

const readTools = (field: string, value: unknown): Readonly<Record<string, number>> =>
  Object.fromEntries(
    Object.entries(readObject(value, field, "micro-USD by tool")).map(([tool, micros]) => [
      tool,
      readAmount(micros, `${field}.${tool}`, 0, MAX_RATE)
    ])
  )

/**
 * A list price in dollars per million tokens as a rate. Exact to a micro-dollar; anything finer is refused, not
 * rounded.
 *
 * @example
 * usdPerMillion(1.25) // => 1_250_000
 */
export const usdPerMillion = (usd: number): number => {
  const micros = Math.round(usd * 1_000_000)
  // A double carries 15 significant digits: 1.25 * 10^6 may be off by far less than a hundredth of a micro.
  if (Number.isSafeInteger(micros) && Math.abs(usd * 1_000_000 - micros) < 0.01)
    return readAmount(micros, "usd", 0, MAX_RATE)
  throw new InvalidInput("usd", "dollars per million tokens with at most six decimals", usd)
}
