/**
 * One reservation in the store. A turn has one, and one more for each window that ends while it grows: a reservation
 * of an earlier window can be renewed, but not grown.
 */
import type { Extend, ExtendLeg, Lookup, Reserve, WhenUnknown } from "../machine/command.ts"
import type { Amounts } from "./limit.ts"
import { type Leg, termsOf } from "./leg.ts"
import type { Meter } from "./meter.ts"
import type { Calendar } from "./window.ts"

export interface Part {
  readonly id: string
  readonly legs: ReadonlyArray<Leg>
  /** What is held now, by unit, for the `actual` legs. */
  held: Amounts
  /** What the turn had used when this part began: an amount up to there belongs to the parts before. */
  readonly from: Amounts
}

/** The units whose ending debits what was used. */
export const actualUnits = (legs: ReadonlyArray<Leg>): Set<string> => {
  const units = new Set<string>()
  for (const { settle, unit } of legs) if (settle === "actual") units.add(unit)
  return units
}

/** A part that begins now; `from`: what the turn has used so far. */
export const newPart = (id: string, legs: ReadonlyArray<Leg>, from: Amounts): Part => {
  const held: Array<readonly [string, number]> = []
  for (const { amount, settle, unit } of legs) if (settle === "actual") held.push([unit, amount])
  return { id, legs, held: Object.fromEntries(held), from }
}

/**
 * How much of a turn's total falls to the part at `index`: what is beyond its start and not beyond that of the next.
 */
export const shareOf = (parts: ReadonlyArray<Part>, index: number, unit: string, total: number): number => {
  const from = parts[index]!.from[unit] ?? 0
  const next = parts.slice(index + 1).find((part) => part.held[unit] !== undefined)
  const upTo = next === undefined ? total : Math.min(total, next.from[unit] ?? 0)
  return Math.max(0, upTo - from)
}

export const reserveOf = (part: Part, ttlMs: number, calendar: Calendar, nowMs: number): Reserve => ({
  kind: "reserve",
  id: part.id,
  ttlMs,
  legs: part.legs.map((leg) => ({ ...termsOf(leg, calendar, nowMs), amount: leg.amount, settle: leg.settle }))
})

/** What a heartbeat says of one part. */
export interface Renewal {
  readonly ttlMs: number
  readonly whenUnknown: WhenUnknown | undefined
  /** New totals to hold, by unit. */
  readonly totals?: Amounts | undefined
}

export const extendOf = (
  parts: ReadonlyArray<Part>,
  index: number,
  meter: Meter,
  renewal: Renewal,
  calendar: Calendar,
  nowMs: number
): Extend => {
  const part = parts[index]!
  const legs = part.legs.map((leg): ExtendLeg => {
    const terms = termsOf(leg, calendar, nowMs)
    if (leg.settle !== "actual") return terms
    const total = meter.total(leg.unit)
    return {
      ...terms,
      total: renewal.totals?.[leg.unit],
      measured: total === null ? undefined : shareOf(parts, index, leg.unit, total)
    }
  })
  return { kind: "extend", id: part.id, ttlMs: renewal.ttlMs, whenUnknown: renewal.whenUnknown, legs }
}

export const lookupOf = (part: Part, calendar: Calendar, nowMs: number): Lookup => ({
  kind: "lookup",
  id: part.id,
  legs: part.legs.map((leg) => termsOf(leg, calendar, nowMs))
})
