/**
 * What a call can cost at most, before it runs.
 */
import { InvalidInput } from "../machine/invalid-input.ts"
import { readAmount, readChoice, readText } from "../service/check.ts"
import { boundMicros } from "./bound.ts"
import { type KeptQuote, keptQuote } from "./kept-quote.ts"
import type { PriceCatalog, PriceQuery } from "./price-catalog.ts"
import { promptBound, type PromptBoundOptions, type PromptMessage } from "./prompt-bound.ts"
import type { Rates } from "./rates.ts"

/** The least that is reserved: 100 micro-USD, as the original service. A free or tiny call still holds something. */
export const DEFAULT_FLOOR_MICROS = 100

/** The most that one call reserves: one dollar, as the original service. */
export const DEFAULT_CEILING_MICROS = 1_000_000

/** The catalogue does not know the model, and the policy is to deny. Nothing was sent. */
export class UnknownPrice extends Error {
  readonly _tag = "UnknownPrice" as const
  readonly model: string
  readonly provider: string | undefined

  constructor(query: PriceQuery) {
    super(`no price is known for the model ${JSON.stringify(query.model)}`)
    this.name = "UnknownPrice"
    this.model = query.model
    this.provider = query.provider
  }
}

/** What the observer hears when a price is not known. */
export interface UnknownPriceEvent {
  readonly model: string
  readonly provider: string | undefined
  readonly policy: "floor" | "deny"
}

export interface EstimateOptions extends PriceQuery, PromptBoundOptions {
  readonly catalog: PriceCatalog
  /** The prompt, bounded by `promptBound`. Or give `promptBytes`. */
  readonly prompt?: string | ReadonlyArray<PromptMessage> | undefined
  /** A bound of the input tokens that you made yourself, such as the bytes of the request's body. */
  readonly promptBytes?: number | undefined
  /** The output cap that is sent with the call. Default: the model's; without either the estimate is refused. */
  readonly maxOutputTokens?: number | undefined
  /** How often tools that the provider bills may be called, as you tell it (`max_uses`): `{ web_search: 5 }`. */
  readonly maxToolCalls?: Readonly<Record<string, number>> | undefined
  /** How many answers are asked for (OpenAI's `n`). Default 1. */
  readonly choices?: number | undefined
  /** Default 100. */
  readonly floorMicros?: number | undefined
  /** Default 1,000,000, one dollar. What a call costs above it shows as overage. At least the floor. */
  readonly ceilingMicros?: number | undefined
  /** `floor`: reserve the floor. `deny` (default): throw `UnknownPrice`. */
  readonly onUnknownModel?: "floor" | "deny" | undefined
  readonly observer?: { readonly unknownPrice?: ((event: UnknownPriceEvent) => unknown) | undefined } | undefined
}

/** An estimate. */
export interface Estimate {
  /** To reserve: from the floor to the ceiling. */
  readonly micros: number
  /** false: the catalogue does not know the model; `micros` is the floor. */
  readonly priceKnown: boolean
  /** The ceiling cut it: the call may cost more than `micros`. */
  readonly capped: boolean
  /**
   * The rates that it goes by: hand them to `open` (`quotes`), so that the end is priced by the same. null: the price is
   * not known.
   */
  readonly quote: KeptQuote | null
}

/**
 * The worst case of a call in micro-USD: all input at its dearest rate, all output that it may give; rounded up once,
 * then held between floor and ceiling. Cache reads are never assumed; reasoning tokens are inside the output.
 *
 * @throws InvalidInput naming the field; UnknownPrice if the policy is `deny`
 *
 * @example
 * const catalog = staticPrices({ "gpt-5": { inputMicrosPerMillion: 1_250_000, outputMicrosPerMillion: 10_000_000 } })
 * estimateMicros({ catalog, model: "gpt-5", promptBytes: 4_000, maxOutputTokens: 1_000 })
 * // => { micros: 15_000, priceKnown: true, capped: false, quote: { model: "gpt-5", ... } }
 */
export const estimateMicros = (options: EstimateOptions): Estimate => {
  const floor = readAmount(options.floorMicros ?? DEFAULT_FLOOR_MICROS, "floorMicros", 1)
  const ceiling = readAmount(options.ceilingMicros ?? Math.max(floor, DEFAULT_CEILING_MICROS), "ceilingMicros", floor)
  const policy = readChoice(options.onUnknownModel ?? "deny", "onUnknownModel", ["floor", "deny"])
  const query = { model: readText(options.model, "model"), provider: options.provider, atMs: options.atMs }
  const input = inputBound(options)
  const quote = options.catalog.quote(query)
  if (quote === undefined || quote.assumed === true) {
    notify(options, { model: query.model, provider: query.provider, policy })
    if (policy === "deny") throw new UnknownPrice(query)
  }
  if (quote === undefined) return { micros: floor, priceKnown: false, capped: false, quote: null }
  const kept = keptQuote(query, quote)
  const micros = boundMicros(
    { inputTokens: input, outputTokens: outputBound(options, kept.rates), toolCalls: options.maxToolCalls },
    kept.rates
  )
  return {
    micros: Math.min(Math.max(micros, floor), ceiling),
    priceKnown: quote.assumed !== true,
    capped: micros > ceiling,
    quote: kept
  }
}

const inputBound = (options: EstimateOptions): number => {
  if (options.promptBytes !== undefined) return readAmount(options.promptBytes, "promptBytes")
  if (options.prompt === undefined) throw new InvalidInput("prompt", "given, or promptBytes", undefined)
  return promptBound(options.prompt, options)
}

const outputBound = (options: EstimateOptions, rates: Rates): number => {
  const each = readAmount(options.maxOutputTokens ?? rates.maxOutputTokens, "maxOutputTokens")
  const choices = readAmount(options.choices ?? 1, "choices", 1, 1_000)
  return readAmount(each * choices, "maxOutputTokens * choices")
}

/** An observer that throws must not break an estimate. */
const notify = (options: EstimateOptions, event: UnknownPriceEvent): void => {
  try {
    options.observer?.unknownPrice?.(event)
  } catch {
    // It is told, not asked.
  }
}
