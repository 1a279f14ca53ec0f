/**
 * `@pydantic/genai-prices` as a catalogue. It costs 95 ms and 830 kB to load, so that you import it, not we.
 */
import { isSameModel, normalizeModel } from "./model-id.ts"
import type { PriceCatalog, PriceQuery, PriceQuote } from "./price-catalog.ts"
import { type Rates, readRates, type TierRates, usdPerMillion } from "./rates.ts"

/** The part of the package that is used. */
export interface GenaiPrices {
  readonly calcPrice: (
    usage: Record<string, number>,
    modelId: string,
    options?: { providerId?: string; timestamp?: Date }
  ) => { readonly model: { readonly id: string }; readonly model_price: Readonly<Record<string, unknown>> } | null
}

interface Tiered {
  readonly base: number
  readonly tiers: ReadonlyArray<{ readonly start: number; readonly price: number }>
}

const rateNames = {
  input_mtok: "inputMicrosPerMillion",
  output_mtok: "outputMicrosPerMillion",
  cache_read_mtok: "cachedInputMicrosPerMillion",
  cache_write_mtok: "cacheWriteMicrosPerMillion"
} as const

/**
 * The prices of `@pydantic/genai-prices` (0.1). An entry that was found by the beginning of its name is `assumed`.
 * What a price has beyond six decimals is not taken: such a model is not known; nor is one that is billed by the request
 * besides. Searches are the tool `web_search`. Not covered: cache writes for an hour, service tiers.
 *
 * @example
 * import * as genai from "@pydantic/genai-prices"
 * const catalog = firstPrice(staticPrices(own), genaiPrices(genai))
 */
export const genaiPrices = (genai: GenaiPrices): PriceCatalog => ({
  quote: (query) => {
    const { model, provider } = normalizeModel(query)
    const found = genai.calcPrice({}, model, {
      ...(provider === undefined ? {} : { providerId: provider }),
      ...timestampOf(query)
    })
    const rates = found === null ? undefined : ratesOf(found.model_price)
    if (found === null || rates === undefined) return undefined
    return { rates, assumed: !isSameModel(model, found.model.id) }
  }
})

// oxlint-disable-next-line eslint/no-restricted-globals -- the package takes a Date; its time is the caller's argument
const timestampOf = ({ atMs }: PriceQuery) => (atMs === undefined ? {} : { timestamp: new Date(atMs) })

/** undefined: without a price for input and output, or with one that is no whole number of micro-dollars. */
const ratesOf = (price: Readonly<Record<string, unknown>>): Rates | undefined => {
  if (price["requests_kcount"] !== undefined) return undefined
  const starts = new Set(Object.keys(rateNames).flatMap((name) => tiersOf(price[name]).map((tier) => tier.start)))
  try {
    return readRates("rates", {
      ...tierAt(price, 0),
      ...toolsOf(price["web_searches_kcount"]),
      longInput: [...starts].map((start) => ({ aboveInputTokens: start, ...tierAt(price, start) }))
    })
  } catch {
    return undefined
  }
}

const tierAt = (price: Readonly<Record<string, unknown>>, start: number): Partial<TierRates> =>
  Object.fromEntries(
    Object.entries(rateNames).flatMap(([name, rate]) => {
      const usd = usdAt(price[name], start)
      return usd === undefined ? [] : [[rate, usdPerMillion(usd)]]
    })
  )

/** In dollars for a thousand, which is as many thousand micro-dollars for one. */
const toolsOf = (usd: unknown): Pick<Rates, "toolMicros"> =>
  typeof usd === "number" ? { toolMicros: { web_search: Math.ceil(usdPerMillion(usd) / 1_000) } } : {}

const isTiered = (value: unknown): value is Tiered => typeof value === "object" && value !== null && "tiers" in value

const tiersOf = (value: unknown): Tiered["tiers"] => (isTiered(value) ? value.tiers : [])

/** The price of the last tier that begins at `start` or before. */
const usdAt = (value: unknown, start: number): number | undefined => {
  if (typeof value === "number") return value
  if (!isTiered(value)) return undefined
  const reached = value.tiers.filter((tier) => tier.start <= start).toSorted((left, right) => right.start - left.start)
  return start === 0 ? value.base : (reached[0]?.price ?? value.base)
}

/**
 * The first answer that is not assumed; else the first that is. Your own table goes before the default.
 *
 * @example
 * firstPrice(staticPrices({ "my-deployment": rates }), genaiPrices(genai))
 */
export const firstPrice = (...catalogs: ReadonlyArray<PriceCatalog>): PriceCatalog => ({
  quote: (query) => {
    let assumed: PriceQuote | undefined
    for (const catalog of catalogs) {
      const quote = catalog.quote(query)
      if (quote !== undefined && quote.assumed !== true) return quote
      assumed ??= quote
    }
    return assumed
  }
})
