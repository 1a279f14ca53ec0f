/**
 * Programs some at a time: while a server works on one, this process makes the next. Each has accounts of its own.
 */
import * as fc from "fast-check"

export interface FirstFailure {
  /** Which of the values that the seed gives. */
  readonly number: number
  readonly reason: unknown
}

/** Plays the values of a seed, so many at once, until one fails; the first of those that failed. */
export const firstFailure = async <A>(
  values: fc.Arbitrary<A>,
  play: (value: A) => Promise<void>,
  { atOnce, count, seed }: { readonly atOnce: number; readonly count: number; readonly seed: number }
): Promise<FirstFailure | undefined> => {
  let started = 0
  let first: FirstFailure | undefined
  const running = new Set<Promise<void>>()
  const start = (number: number, value: A): void => {
    const one = play(value)
      .catch((reason: unknown) => {
        if (first === undefined || number < first.number) first = { number, reason }
      })
      .finally(() => running.delete(one))
    running.add(one)
  }
  // A property that waits for a free place only: fast-check draws the values as it does for one that waits for the answer.
  const starts = fc.asyncProperty(values, async (value) => {
    start(started++, value)
    if (running.size >= atOnce) await Promise.race(running)
    return first === undefined
  })
  await fc.check(starts, { numRuns: count, seed, endOnFailure: true })
  await Promise.all(running)
  return first
}
