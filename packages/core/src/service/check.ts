/**
 * Checks of what users pass. Each names the field, the range and the value, and is done before anything is sent.
 */
import { MAX_AMOUNT } from "../machine/constants.ts"
import { InvalidInput } from "../machine/invalid-input.ts"

const digits = new Intl.NumberFormat("en-US")

/** A whole number within `[least, most]`; throws `InvalidInput` naming the field. */
export const integer = (field: string, value: unknown, least = 0, most = MAX_AMOUNT): number => {
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= least && value <= most && !Object.is(value, -0))
    return value
  throw new InvalidInput(field, `an integer from ${digits.format(least)} to ${digits.format(most)}`, value)
}

/** A string of `least` to `most` UTF-16 code units. */
export const text = (field: string, value: unknown, least: number, most: number): string => {
  if (typeof value === "string" && value.length >= least && value.length <= most) return value
  throw new InvalidInput(field, `a string of ${least} to ${most} characters`, value)
}

/** One of a few words. */
export const oneOf = <Word extends string>(field: string, value: unknown, words: ReadonlyArray<Word>): Word => {
  const found = words.find((word) => word === value)
  if (found !== undefined) return found
  throw new InvalidInput(field, words.map((word) => JSON.stringify(word)).join(", "), value)
}

/** An object that is not null and no array. */
export const record = (field: string, value: unknown): Readonly<Record<string, unknown>> => {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>
  throw new InvalidInput(field, "an object", value)
}

/** Refuses a key that nobody reads: a misspelt option must not pass for one that was left out. */
export const noOtherKeys = (field: string, value: object, known: ReadonlyArray<string>): void => {
  for (const key of Object.keys(value))
    if (!known.includes(key)) throw new InvalidInput(field === "" ? key : `${field}.${key}`, `one of ${known.join(", ")}`, key)
}
