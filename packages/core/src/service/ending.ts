/**
 * How a reservation is to end, as plain JSON: what is sent, what the journal keeps, and what another process can send.
 */
import type { Command, Overage } from "../machine/command.ts"
import type { Account } from "./leg.ts"
import { termsOf } from "./leg.ts"
import type { Calendar } from "./window.ts"

/** One account of an ending; `amount` is its actual or charge, absent where the ending takes none. */
export interface EndingLeg extends Account {
  readonly unit: string
  readonly amount?: number | undefined
}

/** The ending of one id in the store. It says the same whenever it is sent. */
export interface Ending {
  /** The id in the store: that of the request, or one derived from it. */
  readonly id: string
  readonly requestId: string
  readonly kind: "finalize" | "release" | "charge"
  readonly overage: Overage
  /** Whether a finalize of an id that the store does not know debits. */
  readonly ifUnknown: "mark" | "charge"
  /** When it was last known that the id had not ended, ms since the epoch: what `sentAgoMs` counts from. */
  readonly knownAtMs: number
  /** The versions of the rates that its money was reckoned with: for people who look at a journal. */
  readonly rates?: ReadonlyArray<string> | undefined
  readonly legs: ReadonlyArray<EndingLeg>
}

/** The command, as it is sent at a time. */
export const commandOf = (ending: Ending, calendar: Calendar, nowMs: number): Command => {
  const terms = (leg: EndingLeg) => termsOf(leg, calendar, nowMs)
  switch (ending.kind) {
    case "finalize":
      return {
        kind: "finalize",
        id: ending.id,
        overage: ending.overage,
        ifUnknown: ending.ifUnknown,
        // An id that was finalized and forgotten since then must not be debited again: the store refuses to say.
        sentAgoMs: Math.max(0, nowMs - ending.knownAtMs),
        legs: ending.legs.map((leg) => ({ ...terms(leg), actual: leg.amount }))
      }
    case "release":
      return { kind: "release", id: ending.id, legs: ending.legs.map(terms) }
    case "charge":
      return {
        kind: "charge",
        id: ending.id,
        legs: ending.legs.map((leg) => ({ ...terms(leg), amount: leg.amount ?? 0 }))
      }
  }
}

/** What an ending debits, by unit: for people. Accounts of one unit are debited the same. */
export const amountsOf = (ending: Ending): Readonly<Record<string, number>> => {
  const amounts: Record<string, number> = {}
  for (const { amount, unit } of ending.legs) if (amount !== undefined) amounts[unit] = amount
  return amounts
}
