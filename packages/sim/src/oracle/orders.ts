/**
 * Calls that overlapped may have counted in any order that time allows. The Book tries the order of their clock readings first, then the others.
 *
 * This is as far as this simulator decides linearizability: over the calls between two moments at which none was under way.
 */
import type { Outcome } from "@tallystick/core/machine"

import type { Executed, Oracle } from "./oracle.ts"
import { sameOutcome } from "./same.ts"

/** 5 overlapping calls have 120 orders; more than that is one order only. */
const MAX_OVERLAP = 5

/** Whether the Book answers the calls as the store did, in this order. */
const agrees = (book: Oracle, calls: ReadonlyArray<Executed>): boolean =>
  calls.every(({ commands, nowMs, outcomes }) => {
    const expected = book.execute(commands, nowMs)
    return expected.every((outcome, index) => index < outcomes.length && sameOutcome(outcome, outcomes[index]!))
  })

/** An order of the calls that explains all answers, and the Book after it. undefined: there is none. */
export const explain = (
  calls: ReadonlyArray<Executed>,
  bookOf: () => Oracle
): { readonly book: Oracle; readonly calls: ReadonlyArray<Executed> } | undefined => {
  if (calls.length > MAX_OVERLAP) return undefined
  for (const order of permutations(calls)) {
    const book = bookOf()
    if (agrees(book, order)) return { book, calls: order }
  }
  return undefined
}

function* permutations<A>(items: ReadonlyArray<A>): Generator<ReadonlyArray<A>> {
  if (items.length <= 1) yield items
  else
    for (const [index, first] of items.entries()) {
      const rest = items.filter((_, other) => other !== index)
      for (const order of permutations(rest)) yield [first, ...order]
    }
}

/** What the Book says to the calls in this order. */
export const expectedOf = (book: Oracle, calls: ReadonlyArray<Executed>): ReadonlyArray<ReadonlyArray<Outcome>> =>
  calls.map(({ commands, nowMs }) => book.execute(commands, nowMs))
