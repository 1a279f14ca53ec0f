/**
 * A value from outside that the machine does not take. Raised before anything is touched.
 *
 * `field` is the path (`legs[2].amount`), `range` what would be taken, `value` what was given.
 */
export class InvalidInput extends Error {
  readonly _tag = "InvalidInput" as const
  readonly field: string
  readonly range: string
  readonly value: unknown

  constructor(field: string, range: string, value: unknown) {
    super(`${field} must be ${range}, was ${show(value)}`)
    this.name = "InvalidInput"
    this.field = field
    this.range = range
    this.value = value
  }
}

const LONGEST_SHOWN = 60

/** Never throws: the value may be anything, also an object whose `toString` does. */
const show = (value: unknown): string => {
  if (typeof value === "string") {
    const text = value.length > LONGEST_SHOWN ? `${value.slice(0, LONGEST_SHOWN)}…` : value
    return value.length > LONGEST_SHOWN ? `${JSON.stringify(text)} (${value.length} characters)` : JSON.stringify(text)
  }
  if (typeof value === "bigint") return `${value}n (a bigint)`
  if (Object.is(value, -0)) return "-0"
  if (value === null || typeof value === "number" || typeof value === "boolean") return String(value)
  if (value === undefined) return "missing"
  if (Array.isArray(value)) return `an array of ${value.length}`
  return typeof value === "object" ? "an object" : `a ${typeof value}`
}
