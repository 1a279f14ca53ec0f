/**
 * What a run's clients asked and were told, with when each was sent and answered: is there any one order that explains all answers?
 *
 * The judge takes calls that overlapped in the order in which they read their clock. This asks without such a witness, by Wing and Gong's search with the
 * Book; and it is the one check that sees a read beside calls that are under way.
 */
import type { AccountAnswer, AccountRef, Outcome, Settings } from "@tallystick/core/machine"

import { attributeAccount, attributeOutcome } from "../oracle/attribute.ts"
import { Violation } from "../oracle/checks.ts"
import type { Asked } from "../oracle/checks.ts"
import { sameAccount } from "../oracle/same.ts"
import { commandWords } from "../oracle/words.ts"
import { checkBySearch } from "../storm/check/by-search.ts"
import type { Call, Question, Reply } from "../storm/check/history.ts"
import { operationsOf } from "../storm/check/operation.ts"
import type { Operation } from "../storm/check/operation.ts"
import type { DeadEnd } from "../storm/check/verdict.ts"
import { MOST_OPERATIONS } from "../report/model.ts"
import type { Message } from "../workload/client.ts"

export class History {
  readonly #calls: Array<Call> = []
  /** What the clock showed each. */
  readonly #times = new Map<Call, number>()
  /** Of how many it was asked, and how many were too long to ask. */
  readonly #counts: { judged: number; tooLong: number }
  #instant = 0

  constructor(counts: { judged: number; tooLong: number }) {
    this.#counts = counts
  }

  /** Whatever happens now happens after all before it. */
  instant(): number {
    return ++this.#instant
  }

  executed({ lane, commands, sent }: Message, outcomes: ReadonlyArray<Outcome>, nowMs: number): void {
    this.#add(lane, sent, { kind: "execute", commands }, { kind: "outcomes", outcomes }, nowMs)
  }

  read(sent: number, accounts: ReadonlyArray<AccountRef>, answers: ReadonlyArray<AccountAnswer>, nowMs: number): void {
    this.#add("operator", sent, { kind: "usage", accounts }, { kind: "accounts", accounts: answers }, nowMs)
  }

  #add(who: string, sentNs: number, question: Question, reply: Reply, nowMs: number): void {
    const call: Call = { who, sentNs, answeredNs: this.instant(), question, reply }
    this.#calls.push(call)
    this.#times.set(call, nowMs)
  }

  /** The violation that the history until now is; undefined: there is an order. */
  check(settings: Settings, asked: Asked): Violation | undefined {
    const operations = this.#calls.flatMap(operationsOf)
    if (operations.length > MOST_OPERATIONS) {
      this.#counts.tooLong++
      return undefined
    }
    this.#counts.judged++
    asked[15]! += operations.length
    const verdict = checkBySearch(operations, { settings, clockOf: ({ call }) => this.#times.get(call)! })
    if (verdict.kind === "linearizable") return undefined
    const what =
      verdict.kind === "broken"
        ? `no order of these ${operations.length} explains all answers`
        : `too many orders of these ${operations.length}, and none that explains all answers was found`
    return new Violation("LIN", `${what}; ${whyOf(verdict.deadEnd)}`)
  }
}

const wordsOf = ({ call, command }: Operation): string =>
  `${call.who}'s ${command === undefined ? "read" : commandWords(command)}`

/** What the Book says instead of the first answer that can have no place. */
const whyOf = ({ order, stuck }: DeadEnd): string => {
  const last = order.at(-1)
  const where = last === undefined ? "at the beginning" : `in the longest, behind ${wordsOf(last.operation)}`
  const [first] = stuck
  // Each waits for another: what came before it in its call, or in time.
  if (first === undefined) return `${where}, nothing can be next`
  const { expected, operation } = first
  const circumstances = { who: { words: wordsOf(operation) }, isRepeat: false, isDebited: () => false }
  if (expected.outcome !== undefined && operation.outcome !== undefined)
    return `${where}, ${attributeOutcome(expected.outcome, operation.outcome, circumstances).because}`
  const index = expected.accounts.findIndex((account, at) => !sameAccount(account, operation.answers![at]!))
  return `${where}, ${attributeAccount(expected.accounts[index]!, operation.answers![index]!, circumstances).because}`
}
