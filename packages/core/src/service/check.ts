/**
 * Checks of what users pass, on top of those of the machine. Each names the field, its range and the value; all are
 * done before anything is sent. Each takes the value, then the path of its field.
 */
import { readInteger } from "../machine/check.ts"
import { MAX_AMOUNT } from "../machine/constants.ts"
import { InvalidInput } from "../machine/invalid-input.ts"

export { readArray, readChoice, readObject, readOptional, readText, type Fields } from "../machine/check.ts"

/** An integer, 0 to 2^53 - 1 unless told otherwise. */
export const readAmount = (value: unknown, field: string, least = 0, most = MAX_AMOUNT): number =>
  readInteger(value, field, least, most)

/** Refuses a key that nobody reads: a misspelt option must not pass for one that was left out. */
export const refuseOtherKeys = (fields: object, field: string, known: ReadonlyArray<string>): void => {
  for (const key of Object.keys(fields)) {
    if (known.includes(key)) continue
    throw new InvalidInput(field === "" ? key : `${field}.${key}`, `absent (known are ${known.join(", ")})`, key)
  }
}
