/**
 * Where prices come from: a port of one function, and the table that users write by hand.
 */
import { readObject } from "../service/check.ts"
import { type Rates, readRates } from "./rates.ts"

/** Which price is asked for. */
export interface PriceQuery {
  readonly model: string
  /** Who serves it, where the same model costs differently: "aws", "azure". */
  readonly provider?: string | undefined
  /** When, ms since the epoch: some prices depend on the date. */
  readonly atMs?: number | undefined
}

/** An answer of a catalogue. */
export interface PriceQuote {
  readonly rates: Rates
  /**
   * The model itself is not in the catalogue; these are the rates of one that resembles it (a prefix of the name).
   * Tallystick treats it as unknown: `claude-sonnet-5-5` is not priced as `claude-sonnet-5` without saying so.
   */
  readonly assumed?: boolean | undefined
}

/** The port. Synchronous: an estimate stands before every call and must not wait. `undefined`: not known. */
export interface PriceCatalog {
  readonly quote: (query: PriceQuery) => PriceQuote | undefined
}

/**
 * A catalogue from a table of model ids, copied and checked once. Ids match exactly.
 *
 * @throws InvalidInput that names the model and the field
 *
 * @example
 * const prices = staticPrices({ "gpt-5": { inputMicrosPerMillion: 1_250_000, outputMicrosPerMillion: 10_000_000 } })
 * prices.quote({ model: "gpt-5" })?.rates.inputMicrosPerMillion // => 1_250_000
 * prices.quote({ model: "gpt-6" }) // => undefined
 */
export const staticPrices = (table: Readonly<Record<string, Rates>>): PriceCatalog => {
  const quotes = new Map<string, PriceQuote>()
  // A Map, not the object: a model that is called "constructor" has no price.
  for (const [model, rates] of Object.entries(readObject(table, "table"))) {
    quotes.set(model, { rates: readRates(`table[${JSON.stringify(model)}]`, rates) })
  }
  return { quote: ({ model }) => quotes.get(model) }
}
