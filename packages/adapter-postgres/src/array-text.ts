/**
 * Arrays as Postgres reads them, so that a driver needs to know nothing but texts.
 */

/** Nothing but nulls is written as nothing: there is a null in every place behind the last. */
const arrayText = <A>(items: ReadonlyArray<A | null>, write: (item: A) => string): string => {
  let text = ""
  let isEmpty = true
  for (const item of items) {
    if (item !== null) isEmpty = false
    text += (text === "" ? "" : ",") + (item === null ? "NULL" : write(item))
  }
  return isEmpty ? "{}" : `{${text}}`
}

export const numbersText = (items: ReadonlyArray<number | null>): string => arrayText(items, String)

/** Of words that need no quotes: letters, digits, `-` and `_`, and not `null`. */
export const wordsText = (items: ReadonlyArray<string | null>): string => arrayText(items, (word) => word)

/** Of any texts. */
export const textsText = (items: ReadonlyArray<string | null>): string => arrayText(items, quoted)

const quoted = (text: string): string => `"${/["\\]/.test(text) ? text.replaceAll(/["\\]/g, "\\$&") : text}"`
