/**
 * Reads accounts from outside: copies, then checks the copy.
 */
import { windowKey } from "./account.ts"
import { readArray, readChoice, readInteger, readObject, readOptional, readText } from "./check.ts"
import type { Fields } from "./check.ts"
import type { AccountRef, WarnAt } from "./command.ts"
import { MAX_AMOUNT, MAX_CLOCK_MS, MAX_LEGS, MAX_UNIT_LENGTH, MAX_WINDOW_MS, MIN_WINDOW_MS } from "./constants.ts"
import { InvalidInput } from "./invalid-input.ts"
import type { Window } from "./window.ts"

/** A copy of a window, checked. Absent: none. */
export const readWindow = (value: unknown, field: string): Window => {
  if (value === undefined) return { kind: "none" }
  const fields = readObject(value, field, "a window")
  const kind = readChoice(fields["kind"], `${field}.kind`, ["none", "fixed", "idle", "calendar"])
  switch (kind) {
    case "none":
      return { kind }
    case "fixed":
      return { kind, lengthMs: readInteger(fields["lengthMs"], `${field}.lengthMs`, MIN_WINDOW_MS, MAX_WINDOW_MS) }
    case "idle":
      return { kind, idleMs: readInteger(fields["idleMs"], `${field}.idleMs`, MIN_WINDOW_MS, MAX_WINDOW_MS) }
    case "calendar":
      return {
        kind,
        every: readChoice(fields["every"], `${field}.every`, ["day", "week", "month"]),
        timeZone: readText(fields["timeZone"], `${field}.timeZone`),
        starts: readStarts(fields["starts"], `${field}.starts`)
      }
  }
}

const readStarts = (value: unknown, field: string): readonly [number, number, number, number] => {
  const starts = readArray(value, field, 4, 4).map((start, index) =>
    readInteger(start, `${field}[${index}]`, -MAX_CLOCK_MS, MAX_CLOCK_MS)
  )
  const [previous = 0, current = 0, next = 0, after = 0] = starts
  if (!(previous < current && current < next && next < after))
    throw new InvalidInput(field, "four rising times", starts.join(", "))
  return [previous, current, next, after]
}

const readWarnAt = (value: unknown, field: string): WarnAt => {
  const fields = readObject(value, field, "{ amount } or { basisPoints }")
  const { amount, basisPoints } = fields
  if ((amount === undefined) === (basisPoints === undefined))
    throw new InvalidInput(field, "{ amount } or { basisPoints }", value)
  return amount !== undefined
    ? { amount: readInteger(amount, `${field}.amount`, 0, MAX_AMOUNT) }
    : { basisPoints: readInteger(basisPoints, `${field}.basisPoints`, 0, 10_000) }
}

/** null is unlimited, absent is "the stored one". */
export const readLimit = (value: unknown, field: string): number | null =>
  value === null ? null : readInteger(value, field, 0, MAX_AMOUNT)

/** What all legs have; a unit only where there is one. */
export const readAccount = (fields: Fields, field: string): AccountRef => ({
  account: readText(fields["account"], `${field}.account`),
  window: readWindow(fields["window"], `${field}.window`),
  unit: readOptional(fields["unit"], (unit) => readText(unit, `${field}.unit`, MAX_UNIT_LENGTH)),
  limit: readOptional(fields["limit"], (limit) => readLimit(limit, `${field}.limit`)),
  warnAt: readOptional(fields["warnAt"], (warnAt) => readWarnAt(warnAt, `${field}.warnAt`))
})

/** 1 to 16 legs, no account twice. */
export const readLegs = <Leg extends AccountRef>(
  value: unknown,
  field: string,
  read: (fields: Fields, field: string) => Leg
): ReadonlyArray<Leg> => {
  const legs = readArray(value, field, 1, MAX_LEGS).map((leg, index) => {
    const path = `${field}[${index}]`
    return read(readObject(leg, path), path)
  })
  if (legs.length > 1) refuseTwice(legs, field)
  return legs
}

/** Of at most 16, two by two: their ids differ mostly, and then nothing else is looked at. */
const refuseTwice = (legs: ReadonlyArray<AccountRef>, field: string): void => {
  for (let index = 1; index < legs.length; index++) {
    const leg = legs[index]!
    for (let before = 0; before < index; before++) {
      const first = legs[before]!
      if (first.account !== leg.account || windowKey(first.window) !== windowKey(leg.window)) continue
      if (first.unit === leg.unit)
        throw new InvalidInput(`${field}[${index}].account`, "an account that no other leg names", leg.account)
      const range = `${first.unit ?? "absent"}, the unit that names this account before`
      throw new InvalidInput(`${field}[${index}].unit`, range, leg.unit)
    }
  }
}

/** The accounts of a read. */
export const readAccounts = (value: unknown): ReadonlyArray<AccountRef> => readLegs(value, "accounts", readAccount)
