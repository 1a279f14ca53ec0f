/**
 * Where two values differ, in words: a diff of whole answers is longer than a screen, and mostly one number is wrong.
 */

/** The paths at which `actual` is not `expected`. A field that is undefined counts as absent; -0 is not 0. */
export const differences = (actual: unknown, expected: unknown, path = ""): ReadonlyArray<string> => {
  if (Object.is(actual, expected)) return []
  if (!isObject(actual) || !isObject(expected) || Array.isArray(actual) !== Array.isArray(expected))
    return [`${path || "it"} was ${show(actual)}, not ${show(expected)}`]
  const found: Array<string> = []
  for (const key of new Set([...Object.keys(expected), ...Object.keys(actual)])) {
    const at = Array.isArray(expected) ? `${path}[${key}]` : path === "" ? key : `${path}.${key}`
    found.push(...differences(actual[key], expected[key], at))
  }
  return found
}

/** The same, of those fields only that `expected` has; of arrays all. */
export const differencesIn = (actual: unknown, expected: unknown, path = ""): ReadonlyArray<string> => {
  if (!isObject(expected) || !isObject(actual)) return differences(actual, expected, path)
  const found: Array<string> = []
  const keys = Array.isArray(expected)
    ? new Set([...Object.keys(expected), ...Object.keys(actual)])
    : Object.keys(expected)
  for (const key of keys) {
    const at = Array.isArray(expected) ? `${path}[${key}]` : path === "" ? key : `${path}.${key}`
    found.push(...differencesIn(actual[key], expected[key], at))
  }
  return found
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null

const LONGEST_SHOWN = 200

/** Never throws. */
const show = (value: unknown): string => {
  if (Object.is(value, -0)) return "-0"
  if (typeof value === "bigint") return `${value}n`
  const text = typeof value === "number" ? String(value) : (JSON.stringify(value) ?? String(value))
  return text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN)}…` : text
}

/** The store does not do what it must. */
export class Broken extends Error {
  constructor(message: string) {
    super(message)
    this.name = "Broken"
  }
}

const MOST_LISTED = 8

const refuse = (found: ReadonlyArray<string>, what: string): void => {
  if (found.length === 0) return
  const more = found.length > MOST_LISTED ? [`… and ${found.length - MOST_LISTED} more`] : []
  throw new Broken([what, ...found.slice(0, MOST_LISTED).map((line) => `  ${line}`), ...more].join("\n"))
}

export const expectSame = (actual: unknown, expected: unknown, what: string): void =>
  refuse(differences(actual, expected), what)

export const expectLike = (actual: unknown, expected: unknown, what = "not as worked out by hand:"): void =>
  refuse(differencesIn(actual, expected), what)
