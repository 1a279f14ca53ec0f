/**
 * What decides whether two commands are the same, in short texts of letters, digits and `:-_` (they stand in quotes as they are).
 */
import { accountsDigest, adjustmentDigest, chargeDigest, reserveDigest } from "@tallystick/core/machine"
import type { AccountRef, Adjustment, ChargeLeg, ReserveLeg } from "@tallystick/core/machine"
import { hash } from "node:crypto"

/** The entry lies with its account, so that of one account there is nothing to add. */
export const accountsText = (legs: ReadonlyArray<AccountRef>): string =>
  legs.length === 1 ? "1" : hashed(accountsDigest(legs))

/** Of one leg it is told in words, which takes 0.1 us; to hash the exact text takes 2. */
export const reserveText = (legs: ReadonlyArray<ReserveLeg>): string => {
  const [leg] = legs
  return legs.length === 1 && isPlain(leg!.unit)
    ? `reserve:${leg!.unit}:${leg!.amount}:${leg!.settle}`
    : hashed(reserveDigest(legs))
}

export const chargeText = (legs: ReadonlyArray<ChargeLeg>): string => {
  const [leg] = legs
  return legs.length === 1 && isPlain(leg!.unit) ? `charge:${leg!.unit}:${leg!.amount}` : hashed(chargeDigest(legs))
}

export const adjustmentText = (adjustment: Adjustment): string => hashed(adjustmentDigest(adjustment))

const isPlain = (unit: string): boolean => /^\w{1,16}$/.test(unit)

/** Callers name the same accounts again and again. */
const known = new Map<string, string>()
const MOST_KNOWN = 1_000

/** The exact text may be 13 KB of 16 long ids, once per leg. 132 bits of SHA-256: two of 10^12 would agree with a chance of 1 in 10^15. */
const hashed = (text: string): string => {
  const before = known.get(text)
  if (before !== undefined) return before
  const short = hash("sha256", text, "base64url").slice(0, 22)
  if (known.size >= MOST_KNOWN) known.clear()
  // Longer texts would fill the memory: 1,000 of 13 KB.
  if (text.length <= 1_000) known.set(text, short)
  return short
}
