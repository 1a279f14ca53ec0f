/**
 * Amounts, mostly small and often at an edge: where rules break.
 */
import { MAX_AMOUNT } from "@tallystick/core/machine"

/** What an amount can be near to. */
export interface Edges {
  /** null: unlimited. */
  readonly limit: number | null
  /** What was left when somebody last looked; null: unlimited. */
  readonly spendable: number | null
}

/** What a client asks for: at least 1. 0 asks for 1, so that a plain step is a plain step. */
export const askedAmount = (number: number, edges: Edges): number => {
  const { limit, spendable } = edges
  if (number < 160) return 1 + (number % 8)
  if (number < 176) return Math.max(1, spendable ?? 5)
  if (number < 192) return Math.min(MAX_AMOUNT, (spendable ?? 5) + 1)
  if (number < 208) return Math.max(1, limit ?? 7)
  if (number < 216) return Math.min(MAX_AMOUNT, (limit ?? 7) + 1)
  if (number < 228) return 1 + (number % 3)
  return limit === null ? MAX_AMOUNT - (number % 4) : 1 + (number % 6)
}

/** What a call used: mostly what was held or less, sometimes more, rarely very much. 0 is all that was held. */
export const usedAmount = (number: number, held: number, limit: number | null): number => {
  if (number < 64) return held
  if (number < 144) return number % (Math.min(held, 64) + 1)
  if (number < 176) return 0
  if (number < 224) return Math.min(MAX_AMOUNT, held + 1 + (number % 4))
  if (number < 244) return Math.min(MAX_AMOUNT, (limit ?? 7) + (number % 3))
  return limit === null ? MAX_AMOUNT - (number % 3) : Math.min(MAX_AMOUNT, held + 20)
}
