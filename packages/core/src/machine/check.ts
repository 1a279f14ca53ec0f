/**
 * Checks of single values from outside. Each takes a value that was read once (a getter may answer differently the second time) and its field's path.
 */
import { MAX_ID_LENGTH } from "./constants.ts"
import { InvalidInput } from "./invalid-input.ts"

/** An object's fields, unchecked. */
export type Fields = Readonly<Record<string, unknown>>

const isObject = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value)

/**
 * An object to read fields of. It is not copied: who reads it takes each field exactly once, into a value of its own. (A copy of each object first cost a
 * fifth of the time of a whole command in memory.)
 */
export const readObject = (value: unknown, field: string, range = "an object"): Fields => {
  if (!isObject(value)) throw new InvalidInput(field, range, value)
  return value
}

/** A copy of an array; its length and each of its items are read once. */
export const readArray = (value: unknown, field: string, least: number, most: number): ReadonlyArray<unknown> => {
  if (!Array.isArray(value)) throw new InvalidInput(field, `an array of ${least} to ${most}`, value)
  const copy: ReadonlyArray<unknown> = value.slice(0, most + 1)
  if (copy.length < least || copy.length > most) throw new InvalidInput(field, `an array of ${least} to ${most}`, value)
  return copy
}

/** An integer in a range; -0 is taken as 0. A bigint or a text is refused, since silently converting one would hide a mistake in money. */
export const readInteger = (value: unknown, field: string, least: number, most: number): number => {
  if (typeof value !== "number" || !Number.isInteger(value) || value < least || value > most)
    throw new InvalidInput(field, `an integer from ${least} to ${most}`, value)
  return value === 0 ? 0 : value
}

// Control characters (C0, DEL, C1) cannot be seen in a log, and a NUL cannot be stored in Postgres. Lone surrogates all become the same U+FFFD in UTF-8.
const unusable = /[\p{Cc}\p{Surrogate}]/u

/** An id: compared as it is, so that NFC and NFD, and a trailing space, are different ids. */
export const readText = (value: unknown, field: string, most = MAX_ID_LENGTH): string => {
  if (typeof value !== "string" || value.length === 0 || value.length > most || unusable.test(value))
    throw new InvalidInput(
      field,
      `a text of 1 to ${most} characters without control characters or lone surrogates`,
      value
    )
  return value
}

export const readChoice = <const A extends string>(value: unknown, field: string, choices: ReadonlyArray<A>): A => {
  for (const choice of choices) if (choice === value) return choice
  throw new InvalidInput(field, `one of ${choices.map((choice) => `"${choice}"`).join(", ")}`, value)
}

/** Absent (undefined) or checked. */
export const readOptional = <A>(value: unknown, read: (value: unknown) => A): A | undefined =>
  value === undefined ? undefined : read(value)
