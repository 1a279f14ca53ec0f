/**
 * What a call costs, in micro-USD: whole numbers all the way, rounded up once at the end.
 */
export interface Price {
  /** Micro-USD for a million tokens, as the price lists of providers say it (in USD). */
  readonly inputPerMillion: number
  readonly outputPerMillion: number
}

/** Of a large model of 2026: 2.50 USD a million tokens in, 10 USD a million out. */
export const defaultPrice: Price = { inputPerMillion: 2_500_000, outputPerMillion: 10_000_000 }

/** A call never counts as free: this much at least. */
export const FLOOR_MICROUSD = 100

export const costOf = (price: Price, promptTokens: number, outputTokens: number): number => {
  // BigInt: a billion tokens at a price of a hundred USD pass 2^53 before the division.
  const millionths =
    BigInt(promptTokens) * BigInt(price.inputPerMillion) + BigInt(outputTokens) * BigInt(price.outputPerMillion)
  return Math.max(FLOOR_MICROUSD, Number((millionths + 999_999n) / 1_000_000n))
}
