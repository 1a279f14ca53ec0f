/**
 * What `insured` is told, and the check of it.
 */
import { readChoice, readInteger, readObject, readOptional, readText } from "../machine/check.ts"
import { MAX_AMOUNT, MAX_UNIT_LENGTH } from "../machine/constants.ts"
import { InvalidInput } from "../machine/invalid-input.ts"

/** The policy for a store that is down. */
export type InsuredOptions = DenyWhenDown | AdmitWhenDown

interface WhileDown {
  /**
   * How long a store that does not answer is left alone before it is asked again: 0 to 60,000 ms. Default 1,000. In
   * between, calls do not wait for it.
   */
  readonly retryAfterMs?: number | undefined
}

export interface DenyWhenDown extends WhileDown {
  /** Nothing is admitted: the call fails with the store's error, and at once while the store is known to be down. */
  readonly whenDown: "deny"
}

export interface AdmitWhenDown extends WhileDown {
  /** This process admits by itself, up to a bound. */
  readonly whenDown: "admit"
  /**
   * The most that may be overspent because of this process, by unit: `{ tokens: 50_000 }`. It admits by itself no more
   * than that before the store has been told.
   * Of a reservation with several limits of one unit the largest counts, for it is used once. A call with a unit that
   * is not named here is not admitted. 1 to 2^53 - 1.
   */
  readonly upTo: Readonly<Record<string, number>>
  /** The same for each account, so that one user cannot take it all. Default: no bound but `upTo` and the limit in code. */
  readonly perAccount?: Readonly<Record<string, number>> | undefined
}

/** The bounds, by unit; null: nothing is admitted. */
export interface Bounds {
  readonly upTo: ReadonlyMap<string, number>
  readonly perAccount: ReadonlyMap<string, number>
}

export interface ReadInsured {
  readonly bounds: Bounds | null
  readonly retryAfterMs: number
}

/** Throws `InvalidInput` that names the option. */
export const readInsured = (options: InsuredOptions): ReadInsured => {
  const fields = readObject(options, "options", "{ whenDown, ... }")
  const whenDown = readChoice(fields["whenDown"], "whenDown", ["deny", "admit"])
  const retryAfterMs = readInteger(fields["retryAfterMs"] ?? 1_000, "retryAfterMs", 0, 60_000)
  if (whenDown === "deny") {
    for (const name of ["upTo", "perAccount"])
      if (fields[name] !== undefined) throw new InvalidInput(name, 'absent with whenDown "deny"', fields[name])
    return { bounds: null, retryAfterMs }
  }
  const upTo = readBounds(fields["upTo"], "upTo")
  // It would admit nothing, which "deny" says better.
  if (upTo.size === 0) throw new InvalidInput("upTo", "amounts of one unit or more", fields["upTo"])
  const perAccount = readOptional(fields["perAccount"], (given) => readBounds(given, "perAccount")) ?? new Map()
  return { bounds: { upTo, perAccount }, retryAfterMs }
}

const readBounds = (value: unknown, field: string): ReadonlyMap<string, number> =>
  new Map(
    Object.entries(readObject(value, field, "amounts by unit")).map(([unit, amount]) => [
      readText(unit, `${field}: a unit`, MAX_UNIT_LENGTH),
      readInteger(amount, `${field}.${unit}`, 1, MAX_AMOUNT)
    ])
  )
