/** Prices, costs and estimates in micro-USD. */
export { boundMicros, type UsageBound } from "./bound.ts"
export { costMicros, type TokenUsage } from "./cost.ts"
export {
  DEFAULT_CEILING_MICROS,
  DEFAULT_FLOOR_MICROS,
  type Estimate,
  estimateMicros,
  type EstimateOptions,
  UnknownPrice,
  type UnknownPriceEvent
} from "./estimate.ts"
export type { KeptQuote } from "./kept-quote.ts"
export { type PriceCatalog, type PriceQuery, type PriceQuote, staticPrices } from "./price-catalog.ts"
export {
  promptBound,
  type PromptBoundOptions,
  type PromptMessage,
  TOKENS_FOR_TOOLS,
  TOKENS_PER_MESSAGE,
  TOKENS_PER_PROMPT,
  TOKENS_PER_TOOL,
  utf8Bytes
} from "./prompt-bound.ts"
export { type LongInputRates, type Rates, type TierRates, usdPerMillion } from "./rates.ts"
