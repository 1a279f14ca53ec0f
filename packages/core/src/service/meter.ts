/**
 * What a turn was seen to use so far, by unit. Only ever rises.
 */
import { MAX_AMOUNT } from "../machine/constants.ts"
import { InvalidInput } from "../machine/invalid-input.ts"
import type { Amounts } from "./limit.ts"

export class Meter {
  /** Made when there is something to count: an empty map takes 200 bytes, and many turns report only at their end. */
  #totals: Map<string, number> | undefined

  /** Adds what one model call used. Throws `InvalidInput` if a total would pass 2^53 - 1; then nothing is added. */
  add(usage: Amounts): void {
    const totals = (this.#totals ??= new Map())
    for (const [unit, amount] of Object.entries(usage)) {
      const total = (totals.get(unit) ?? 0) + amount
      if (total > MAX_AMOUNT)
        throw new InvalidInput(`usage.${unit}`, "such that all of the turn is at most 2^53 - 1", amount)
    }
    for (const [unit, amount] of Object.entries(usage)) totals.set(unit, (totals.get(unit) ?? 0) + amount)
  }

  /** null: nothing was ever measured, which is not 0. */
  total(unit: string): number | null {
    return this.#totals?.get(unit) ?? null
  }

  /** All totals, as plain data. */
  totals(): Amounts {
    return Object.fromEntries(this.#totals ?? [])
  }
}
