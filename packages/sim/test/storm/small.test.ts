/**
 * Both checkers against brute force, on all small histories: each choice of three operations out of four kinds, each way in which they can overlap, each
 * combination of answers that any order could give them, and no answer.
 */
import type { AccountAnswer, Command } from "@tallystick/core/machine"
import { expect, test } from "vitest"

import { answerWords, commandWords } from "../../src/oracle/words.ts"
import { Book } from "../../src/oracle/book.ts"
import { checkByRevisions } from "../../src/storm/check/by-revisions.ts"
import { checkBySearch } from "../../src/storm/check/by-search.ts"
import type { Call, Question, Reply } from "../../src/storm/check/history.ts"
import { operationsOf } from "../../src/storm/check/operation.ts"
import { isLinearizable } from "./brute-force.ts"

const NOW_MS = 1_700_000_000_500
const terms = { account: "a", window: { kind: "none" }, unit: "tokens", limit: 3 } as const
const reserve = (id: string): Command => ({
  kind: "reserve",
  id,
  ttlMs: 5_000,
  legs: [{ ...terms, amount: 2, settle: "actual" }]
})
const finalize: Command = {
  kind: "finalize",
  id: "r1",
  overage: "debit",
  ifUnknown: "mark",
  sentAgoMs: 0,
  legs: [{ ...terms, actual: 1 }]
}
const questions: ReadonlyArray<Question> = [
  { kind: "execute", commands: [reserve("r1")] },
  { kind: "execute", commands: [reserve("r2")] },
  { kind: "execute", commands: [finalize] },
  { kind: "usage", accounts: [terms] }
]

const run = (order: ReadonlyArray<Question>): ReadonlyArray<Reply> => {
  const book = new Book()
  return order.map((question) =>
    question.kind === "usage"
      ? { kind: "accounts", accounts: book.usage(question.accounts, NOW_MS)! }
      : { kind: "outcomes", outcomes: book.execute(question.commands, NOW_MS) }
  )
}

/** Every order of every part of it. */
const ordersOf = <A>(items: ReadonlyArray<A>): ReadonlyArray<ReadonlyArray<A>> => [
  [],
  ...items.flatMap((item, index) => ordersOf(items.toSpliced(index, 1)).map((rest) => [item, ...rest]))
]

/** All that any order could answer to each, and no answer. */
const repliesTo = (chosen: ReadonlyArray<Question>): ReadonlyArray<ReadonlyArray<Reply>> => {
  const found = chosen.map(() => new Map<string, Reply>([["unknown", { kind: "unknown" }]]))
  for (const order of ordersOf(chosen.map((question, index) => ({ question, index })))) {
    const replies = run(order.map(({ question }) => question))
    for (const [at, { index }] of order.entries()) found[index]!.set(JSON.stringify(replies[at]), replies[at]!)
  }
  return found.map((replies) => [...replies.values()])
}

const product = <A>(lists: ReadonlyArray<ReadonlyArray<A>>): ReadonlyArray<ReadonlyArray<A>> =>
  lists.reduce<ReadonlyArray<ReadonlyArray<A>>>(
    (rows, list) => rows.flatMap((row) => list.map((item) => [...row, item])),
    [[]]
  )

/** Who ended before whom began decides; of intervals that agree in that, one is enough. */
const overlaps = (() => {
  const found = new Map<string, ReadonlyArray<readonly [number, number]>>()
  for (const ends of product(
    [0, 1, 2].map(() =>
      product([
        [0, 1, 2],
        [0, 1, 2]
      ])
    )
  )) {
    if (ends.some(([sent, answered]) => sent! > answered!)) continue
    const intervals = ends.map(([sent, answered]) => [sent! * 2, answered! * 2 + 1] as const)
    const before = intervals.flatMap(([, end]) => intervals.map(([start]) => end < start))
    found.set(before.join(), intervals)
  }
  return [...found.values()]
})()

const shown = (calls: ReadonlyArray<Call>): string =>
  calls
    .map(({ sentNs, answeredNs, question, reply }) => {
      const asked = question.kind === "usage" ? "usage" : question.commands.map(commandWords).join()
      const told =
        reply.kind === "outcomes"
          ? `${answerWords(reply.outcomes[0]!)} ${numbers(reply.outcomes[0]!.accounts)}`
          : reply.kind === "accounts"
            ? numbers(reply.accounts)
            : reply.kind
      return `[${sentNs}, ${answeredNs}] ${asked} -> ${told}`
    })
    .join("; ")

const numbers = ([answer]: ReadonlyArray<AccountAnswer>): string =>
  `(used ${answer!.used}, reserved ${answer!.reserved}, revision ${answer!.revision - NOW_MS})`

// Five seconds of a quiet machine.
test("both checkers agree with brute force on all histories of three operations", { timeout: 240_000 }, () => {
  expect(overlaps.length).toBe(19)
  const tally = { linearizable: 0, broken: 0 }
  for (let a = 0; a < 4; a++)
    for (let b = a; b < 4; b++)
      for (let c = b; c < 4; c++) {
        const chosen = [questions[a]!, questions[b]!, questions[c]!]
        const replies = product(repliesTo(chosen))
        for (const overlap of overlaps)
          for (const reply of replies) {
            const calls = chosen.map((question, index): Call => {
              const [sentNs, answeredNs] = overlap[index]!
              return { who: `c${index}`, sentNs, answeredNs, question, reply: reply[index]! }
            })
            const operations = calls.flatMap(operationsOf)
            const expected = isLinearizable(operations, [NOW_MS - 1, NOW_MS]) ? "linearizable" : "broken"
            tally[expected]++
            const found = [checkByRevisions(operations).kind, checkBySearch(operations).kind]
            if (found.some((kind) => kind !== expected))
              expect.fail(`${found.join()} instead of ${expected}: ${shown(calls)}`)
          }
      }
  // Both happen, often: agreement means something.
  expect(tally.linearizable).toBeGreaterThan(1_000)
  expect(tally.broken).toBeGreaterThan(1_000)
})
