/**
 * The original's estimator, with its vectors: `reserveTokens * (input rate + output rate)`, rounded up.
 */
import { InvalidInput } from "../../machine/invalid-input.ts"
import { type Estimate, estimateMicros } from "../../pricing/estimate.ts"
import { keptQuote } from "../../pricing/kept-quote.ts"
import { type PriceCatalog, staticPrices } from "../../pricing/price-catalog.ts"
import { readAmount } from "../check.ts"
import type { ReserveQuery } from "./registered.ts"

export interface EstimateBounds {
  readonly reserveTokens: number
  readonly floorMicros: number
  readonly ceilingMicros: number
}

/** Throws `InvalidInput` for tokens that are no integer; below 1 they are the default, as in the original. */
export const estimateReserve = (query: ReserveQuery, bounds: EstimateBounds): Estimate => {
  const { catalog, model, ...rest } = query
  const asked = readAmount(query.reserveTokens ?? 0, "reserveTokens", Number.MIN_SAFE_INTEGER)
  const tokens = asked < 1 ? bounds.reserveTokens : asked
  const { floorMicros, ceilingMicros } = bounds
  // The original reserves the floor for a model without a name, too.
  if (model === "") return { micros: floorMicros, priceKnown: false, capped: false, quote: null }
  const estimate = estimateMicros({
    provider: rest.provider,
    atMs: rest.atMs,
    model,
    catalog: flat(catalog),
    promptBytes: tokens,
    maxOutputTokens: tokens,
    floorMicros,
    ceilingMicros,
    onUnknownModel: "floor"
  })
  if (estimate.quote === null) return estimate
  // The end is priced by all of the rates, tiers and cache included.
  const quote = catalog.quote({ model, provider: rest.provider, atMs: rest.atMs })
  return quote === undefined ? estimate : { ...estimate, quote: keptQuote({ model, provider: rest.provider }, quote) }
}

/**
 * The plain rates of a catalogue: no tiers, no cache. What a damaged catalogue answers (NaN, infinite, negative) is not
 * known: the floor, and `priceKnown: false`.
 */
const flat = (catalog: PriceCatalog): PriceCatalog => ({
  quote: (query) => {
    const quote = catalog.quote(query)
    if (quote === undefined) return undefined
    const { inputMicrosPerMillion, outputMicrosPerMillion } = quote.rates
    try {
      const checked = staticPrices({ [query.model]: { inputMicrosPerMillion, outputMicrosPerMillion } }).quote(query)
      return checked === undefined ? undefined : { ...quote, rates: checked.rates }
    } catch (error) {
      if (error instanceof InvalidInput) return undefined
      throw error
    }
  }
})
