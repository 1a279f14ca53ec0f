/**
 * The rates that a call was reserved at, kept with it: a catalogue that is updated while it runs, or another process with a newer one, prices its end by the
 * same.
 */
import { InvalidInput } from "../machine/invalid-input.ts"
import { readArray, readObject, readOptional, readText, refuseOtherKeys } from "../service/check.ts"
import type { PriceCatalog, PriceQuery, PriceQuote } from "./price-catalog.ts"
import { type Rates, readRates } from "./rates.ts"

/** A catalogue's answer as plain JSON: keep it with the request's id. */
export interface KeptQuote extends PriceQuote {
  readonly model: string
  readonly provider?: string | undefined
  /** Of the rates: the same text for the same rates, in every process. The journal and the handle carry it. */
  readonly version: string
}

/** Copies and checks an answer. Throws `InvalidInput` that names the rate. */
export const keptQuote = ({ model, provider }: PriceQuery, quote: PriceQuote): KeptQuote => {
  const rates = readRates("quote.rates", quote.rates)
  return {
    model,
    ...(provider === undefined ? {} : { provider }),
    rates,
    assumed: quote.assumed === true,
    version: versionOf(rates)
  }
}

/** The quotes of one turn: the first answer for a model stays. */
export class KeptQuotes {
  /** Made when there is one: an empty map takes 200 bytes, and many turns ask for none. */
  #byModel: Map<string, KeptQuote> | undefined

  constructor(quotes: ReadonlyArray<KeptQuote> = []) {
    if (quotes.length > 0) this.#byModel = new Map(quotes.map((quote) => [keyOf(quote), quote]))
  }

  /** What is kept for the model, or else what the catalogue says now, which is kept from then on. */
  of(catalog: PriceCatalog, query: PriceQuery): KeptQuote | undefined {
    const byModel = (this.#byModel ??= new Map())
    const kept = byModel.get(keyOf(query))
    if (kept !== undefined) return kept
    const quote = catalog.quote(query)
    if (quote === undefined) return undefined
    if (byModel.size >= MAX_QUOTES)
      throw new InvalidInput("model", `one of the ${MAX_QUOTES} of this turn`, query.model)
    const fresh = keptQuote(query, quote)
    byModel.set(keyOf(query), fresh)
    return fresh
  }

  all(): ReadonlyArray<KeptQuote> {
    return this.#byModel === undefined ? [] : [...this.#byModel.values()]
  }
}

/** A turn that falls back from model to model asks for a handful. */
const MAX_QUOTES = 100

/** Throws `InvalidInput` that names the field. */
export const readKeptQuotes = (value: unknown, field: string): ReadonlyArray<KeptQuote> =>
  readArray(value ?? [], field, 0, MAX_QUOTES).map((quote, index) => {
    const at = `${field}[${index}]`
    const fields = readObject(quote, at, "the quote of an estimate")
    refuseOtherKeys(fields, at, ["model", "provider", "rates", "assumed", "version"])
    const query = {
      model: readText(fields["model"], `${at}.model`),
      provider: readOptional(fields["provider"], (provider) => readText(provider, `${at}.provider`))
    }
    return keptQuote(query, { rates: readRates(`${at}.rates`, fields["rates"]), assumed: fields["assumed"] === true })
  })

const keyOf = ({ model, provider }: PriceQuery): string => JSON.stringify([model, provider ?? null])

/** FNV-1a of 64 bits over the rates, in one order. A label, no proof: nobody gains by a collision. */
const versionOf = (rates: Rates): string => {
  let hash = 0xcbf29ce484222325n
  for (const unit of JSON.stringify(sorted(rates))) {
    hash = BigInt.asUintN(64, (hash ^ BigInt(unit.codePointAt(0)!)) * 0x100000001b3n)
  }
  return hash.toString(16).padStart(16, "0")
}

const sorted = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== "object" || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([left], [right]) => (left < right ? -1 : 1))
      .map(([key, inner]) => [key, sorted(inner)])
  )
}
