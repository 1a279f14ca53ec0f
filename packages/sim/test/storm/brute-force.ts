/**
 * The definition itself: every order of the operations that real time allows, with and without each of those that nobody heard of, until one explains
 * all answers. It shares nothing with the checkers but the Book.
 */
import { Book } from "../../src/oracle/book.ts"
import type { Operation } from "../../src/storm/check/operation.ts"

const text = (value: unknown): string => JSON.stringify(value, (_, field: unknown) => sorted(field))

const sorted = (value: unknown): unknown =>
  typeof value === "object" && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)))
    : value

/** What happens at which time, from the first on. */
type Order = ReadonlyArray<{ readonly operation: Operation; readonly nowMs: number }>

const answersOf = (order: Order): ReadonlyArray<unknown> => {
  const book = new Book()
  return order.map(({ operation: { command, accounts }, nowMs }) =>
    command === undefined ? book.usage(accounts, nowMs) : book.execute([command], nowMs)[0]
  )
}

const texts = new WeakMap<object, string>()

const answerOf = ({ outcome, answers }: Operation): string => {
  const answer = outcome ?? answers!
  const known = texts.get(answer) ?? text(answer)
  texts.set(answer, known)
  return known
}

const explains = (order: Order): boolean => {
  const answers = answersOf(order)
  return order.every(({ operation }, index) => {
    if (operation.answers === undefined) return true
    return text(answers[index]) === answerOf(operation)
  })
}

/** @param times at which what nobody heard of may have happened; what was answered happened at the time of its answer */
export const isLinearizable = (operations: ReadonlyArray<Operation>, times: ReadonlyArray<number>): boolean => {
  const extend = (order: Order, left: ReadonlyArray<Operation>): boolean => {
    if (!explains(order)) return false
    if (left.every(({ answers }) => answers === undefined)) return true
    const lastMs = order.at(-1)?.nowMs ?? 0
    return left.some((operation) => {
      const isTooEarly = left.some((other) => other.answeredNs < operation.sentNs)
      if (isTooEarly) return false
      const nows = operation.answers === undefined ? times : [operation.answers[0]!.timeMs]
      const rest = left.filter((other) => other !== operation)
      return nows.some((nowMs) => nowMs >= lastMs && extend([...order, { operation, nowMs }], rest))
    })
  }
  return extend([], operations)
}
