/**
 * Values that must not be taken, by the kind of field.
 */

/** For a number from 0 on: null is another matter, since it is "unlimited" for some. */
export const badNumbers: ReadonlyArray<unknown> = [
  -1,
  1.5,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
  2 ** 53,
  1e300,
  5n,
  "5",
  "",
  true,
  {},
  [5]
]

export const badTexts: ReadonlyArray<unknown> = [
  "",
  "x".repeat(257),
  "a\0",
  "a\nb",
  "a\u007F",
  "a\u0085",
  "a\uD83D",
  "\uDE00a",
  "\uDE00\uD83D",
  5,
  null,
  undefined,
  {}
]

export const badChoices: ReadonlyArray<unknown> = ["", "all", "toString", "__proto__", 1, null, {}]

/** `undefined` in a field that must be there. */
export const missing: ReadonlyArray<unknown> = [undefined]
