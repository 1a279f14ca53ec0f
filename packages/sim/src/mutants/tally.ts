/**
 * What several seeds showed of one planted bug, as a line of a table.
 */
import type { Found } from "./hunt.ts"

/** More lines than this, and nobody reads what the simulator says. */
export const MAX_STEPS = 8

export interface Tally {
  /** Every seed found it, in few enough steps. */
  readonly isGood: boolean
  readonly line: string
}

export const median = (numbers: ReadonlyArray<number>): number =>
  numbers.toSorted((a, b) => a - b)[numbers.length >> 1] ?? 0

const NAME_COLUMNS = 30

const row = (name: string, ...cells: ReadonlyArray<string>): string =>
  [name.padEnd(NAME_COLUMNS), ...cells].join("  ").trimEnd()

/** A bug that the explorer had to find. */
export const tallyOf = (name: string, found: ReadonlyArray<Found>): Tally => {
  const missing = found.filter((one) => one.runs === null)
  const runs = found.flatMap((one) => one.runs ?? [])
  const steps = found.map((one) => one.steps)
  const most = Math.max(...steps)
  const isGood = missing.length === 0 && most <= MAX_STEPS
  const verdict =
    missing.length > 0 ? `NOT FOUND from seed ${missing.map((one) => one.seed).join(", ")}` : isGood ? "" : "TOO LONG"
  const line = row(
    name,
    `found in ${median(runs)} runs (most ${Math.max(0, ...runs)})`.padEnd(30),
    `${median(steps)} steps (most ${most})`.padEnd(18),
    invariantsOf(found).padEnd(20),
    verdict
  )
  return { isGood, line }
}

/** `I2 x7, I4 x3`: the one that was named most first. */
const invariantsOf = (found: ReadonlyArray<Found>): string => {
  const counts = new Map<string, number>()
  for (const { invariant } of found) if (invariant !== null) counts.set(invariant, (counts.get(invariant) ?? 0) + 1)
  const sorted = [...counts].toSorted(([, left], [, right]) => right - left)
  return sorted.map(([invariant, count]) => (count === found.length ? invariant : `${invariant} x${count}`)).join(", ")
}

/** A bug that only one invariant may find: what the others said once it was off. */
export const tallyOfOthers = (others: ReadonlyArray<Found>): Tally => {
  const wrong = others.find((one) => one.runs !== null)
  const verdict =
    wrong === undefined ? "by nothing else" : `ALSO by ${wrong.invariant} from seed ${wrong.seed}: ${wrong.because}`
  return { isGood: wrong === undefined, line: row(`  without it`, verdict) }
}

/** A bug of the machine that the Book had to see: after how many programs each seed did. */
export const tallyOfBook = (name: string, programs: ReadonlyArray<number | undefined>): Tally => {
  const seen = programs.filter((number) => number !== undefined)
  const isGood = seen.length === programs.length
  const cell = `seen in ${median(seen)} programs (most ${Math.max(0, ...seen)})`
  return { isGood, line: row(name, cell, isGood ? "" : `NOT SEEN from ${programs.length - seen.length} seeds`) }
}
