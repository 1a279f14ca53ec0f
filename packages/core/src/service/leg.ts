/**
 * What a limit becomes: an account, an amount by unit, and what the ending debits. Inside it is called a leg.
 */
import type { AccountRef, AccountTerms, Settle, WarnAt } from "../machine/command.ts"
import { MAX_UNIT_LENGTH } from "../machine/constants.ts"
import { InvalidInput } from "../machine/invalid-input.ts"
import { readAccount, readLegs } from "../machine/read-account.ts"
import type { WindowName } from "../machine/window.ts"
import { type Fields, readAmount, readChoice, readObject, readText, refuseOtherKeys } from "./check.ts"
import type { Amounts } from "./limit.ts"
import { type Calendar, readLimitWindow } from "./window.ts"

/** An account with what lives in code; its window has no starts yet, since they depend on when a command is sent. */
export interface Account {
  readonly account: string
  readonly window: WindowName
  readonly unit?: string | undefined
  readonly limit?: number | null | undefined
  readonly warnAt?: WarnAt | undefined
}

export interface Leg extends Account {
  readonly unit: string
  readonly settle: Settle
  /** What the reserve asks. */
  readonly amount: number
}

const settles: ReadonlyArray<Settle> = ["actual", "none", "held"]

/** The units that count calls, not what a call uses: an estimate of 1 and their own ending, unless told otherwise. */
const counted: Readonly<Record<string, Settle>> = { requests: "held", streams: "none" }

const settleOf = (unit: string): Settle => (Object.hasOwn(counted, unit) ? counted[unit]! : "actual")

/** The machine calls them legs; users wrote limits. */
export const limitsError = (error: InvalidInput): InvalidInput =>
  new InvalidInput(error.field.replace(/^legs\b/, "limits"), error.range, error.value)

/** The legs of a call. Throws `InvalidInput` naming `limits[i].…` or `estimate.…`. */
export const readLimits = (limits: unknown, estimate: unknown): ReadonlyArray<Leg> => {
  const amounts = estimate === undefined ? {} : readObject(estimate, "estimate", "amounts by unit")
  return readLegsOf(limits, (unit) => {
    const amount = Object.hasOwn(amounts, unit) ? amounts[unit] : undefined
    if (amount === undefined && Object.hasOwn(counted, unit)) return 1
    return readAmount(amount, `estimate.${unit}`, 1)
  })
}

/** The legs of a call that is over, at what it used. Throws `InvalidInput` naming `limits[i].…` or `used.…`. */
export const readUsed = (limits: unknown, used: unknown): ReadonlyArray<Leg> => {
  const amounts = readObject(used, "used", "amounts by unit")
  const legs = readLegsOf(limits, (unit, settle) => {
    const amount = Object.hasOwn(amounts, unit) ? amounts[unit] : undefined
    // A slot costs nothing; a call that is over was one request.
    if (amount === undefined && settle !== "actual") return settle === "held" ? 1 : 0
    return readAmount(amount, `used.${unit}`)
  })
  readAmounts(used, "used", new Set(legs.map((leg) => leg.unit)))
  return legs
}

/** The legs of a call by their accounts alone: their amounts are 0. */
export const readAccounts = (limits: unknown): ReadonlyArray<Leg> => readLegsOf(limits, () => 0)

const readLegsOf = (limits: unknown, amountOf: (unit: string, settle: Settle) => number): ReadonlyArray<Leg> =>
  readLegs(limits, "limits", (fields, field) => {
    refuseOtherKeys(fields, field, ["account", "unit", "limit", "window", "warnAt", "settle"])
    const unit = readText(fields["unit"], `${field}.unit`, MAX_UNIT_LENGTH)
    const settle = readChoice(fields["settle"] ?? settleOf(unit), `${field}.settle`, settles)
    return { ...readTerms(fields, field), unit, settle, amount: amountOf(unit, settle) }
  })

/** An account as a user names it, for reads and operators. */
export const readQuery = (fields: Fields, field: string): Account & AccountRef => {
  // What a read does not ask (`settle`) is let pass: users hand over the limits that they have.
  refuseOtherKeys(fields, field, ["account", "unit", "limit", "window", "warnAt", "settle"])
  return readTerms(fields, field)
}

/** The machine's reader checks all but the window, which users write in another way. */
const readTerms = (fields: Fields, field: string): Account & AccountRef => {
  const window = readLimitWindow(fields["window"], `${field}.window`)
  const { account, limit, unit, warnAt } = readAccount({ ...fields, window: undefined }, field)
  // `readLegs` compares accounts by their windows and asks no calendar for it: the starts are no part of an account's
  // name.
  return { account, limit, unit, warnAt, window } as Account & AccountRef
}

/** Amounts by unit, each one that `units` has. A unit that nobody knows is refused: what is misspelt would be free. */
export const readAmounts = (value: unknown, field: string, units: ReadonlySet<string>): Amounts => {
  const fields = readObject(value, field, "amounts by unit")
  const amounts: Record<string, number> = {}
  for (const unit of Object.keys(fields)) {
    if (fields[unit] === undefined) continue
    if (!units.has(unit))
      throw new InvalidInput(`${field}.${unit}`, `absent (units are ${[...units].join(", ")})`, unit)
    amounts[unit] = readAmount(fields[unit], `${field}.${unit}`)
  }
  return amounts
}

/** A read's account as it is sent now. */
export const refOf = (account: Account, calendar: Calendar, nowMs: number): AccountRef => ({
  account: account.account,
  window: calendar(account.window, nowMs),
  unit: account.unit,
  limit: account.limit,
  warnAt: account.warnAt
})

/** A leg's account as it is sent now. */
export const termsOf = (leg: Account & { readonly unit: string }, calendar: Calendar, nowMs: number): AccountTerms => ({
  account: leg.account,
  window: calendar(leg.window, nowMs),
  unit: leg.unit,
  limit: leg.limit,
  warnAt: leg.warnAt
})
