/**
 * What a hold costs when nobody ends it, and which policy holds when several were set.
 */
import type { Settle, WhenUnknown } from "./command.ts"

/** From cheapest to dearest. */
const byPrice: ReadonlyArray<WhenUnknown> = ["refund", "charge-measured", "charge-held"]

/** Of the policies that were set the dearest holds, in whatever order they come. */
export const dearest = (set: WhenUnknown | null, asked: WhenUnknown | undefined): WhenUnknown | null => {
  if (asked === undefined) return set
  return set === null || byPrice.indexOf(asked) > byPrice.indexOf(set) ? asked : set
}

/** What an expiry debits: never more than the hold, so that it cannot raise `used + reserved`. */
export const expiryCost = (
  settle: Settle,
  held: number,
  measured: number | null,
  whenUnknown: WhenUnknown | null
): number => {
  if (settle === "held") return held
  if (settle === "none" || whenUnknown === "refund") return 0
  return whenUnknown === "charge-held" ? held : Math.min(measured ?? 0, held)
}
