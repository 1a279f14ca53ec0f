/**
 * Sees every command and its answer, as they pass between the front and the store, and holds them against the invariants.
 */
import type {
  AccountAnswer,
  AccountTerms,
  Command,
  Extend,
  Finalize,
  LegAnswer,
  Outcome,
  Release,
  Reserve
} from "@tallystick/core/machine"
import { accountKey } from "@tallystick/core/machine"

import { AccountBook, type HoldNote } from "./account-book.ts"
import { checkAdmission, checkDenial, checkNumbers, checkRoll } from "./answer-checks.ts"
import type { Checks } from "./checks.ts"
import { Peak } from "./peak.ts"

/** An account as it was seen last. */
export interface Seen {
  readonly terms: AccountTerms
  readonly book: AccountBook
  answer: AccountAnswer
}

export class Audit {
  readonly accounts = new Map<string, Seen>()
  readonly peak = new Peak()
  readonly used = new Map<string, number>()
  readonly overage = new Map<string, number>()
  late = 0
  readonly #checks: Checks
  readonly #ended = new Set<string>()

  constructor(checks: Checks) {
    this.#checks = checks
  }

  /** One command and its answer; the accounts that it touched. */
  saw(command: Command, outcome: Outcome): ReadonlyArray<Seen> {
    const touched = outcome.accounts.map((answer, i) => this.#account(command.legs[i] as AccountTerms, answer))
    for (const { answer } of touched) this.peak.pass(answer.timeMs)
    for (const { book, answer } of touched) book.pass(answer.timeMs, answer.period)
    if (command.kind === "reserve") this.#reserved(command, outcome, touched)
    else if (command.kind === "extend") this.#extended(command, outcome, touched)
    else if (command.kind === "finalize" || command.kind === "release") this.#ends(command, outcome, touched)
    for (const { book, answer } of touched) checkNumbers(this.#checks, book, answer)
    return touched
  }

  #account(terms: AccountTerms, answer: AccountAnswer): Seen {
    const key = accountKey(answer)
    const known = this.accounts.get(key)
    if (known === undefined) {
      const seen: Seen = { terms, book: new AccountBook(answer.period), answer }
      this.accounts.set(key, seen)
      return seen
    }
    checkRoll(this.#checks, known.answer, answer)
    known.answer = answer
    return known
  }

  #reserved(command: Reserve, outcome: Outcome, touched: ReadonlyArray<Seen>): void {
    const { id } = command
    if (outcome._tag === "Denied") {
      const books = touched.map(({ book }) => book)
      checkDenial(this.#checks, command, outcome, books)
    }
    if (outcome._tag !== "Granted") return
    for (const [i, { book, answer }] of touched.entries()) {
      const leg = command.legs[i]
      const held = outcome.legs[i]
      if (leg === undefined || held === undefined || outcome.replayed) continue
      const note = noteOf(id, leg.settle, answer, held)
      book.hold(note)
      this.peak.hold(leg.unit, note)
      checkAdmission(this.#checks, id, leg, answer, held)
    }
  }

  #extended(command: Extend, outcome: Outcome, touched: ReadonlyArray<Seen>): void {
    if (outcome._tag !== "Extended") return
    for (const [i, { book, answer }] of touched.entries()) {
      const note = book.note(command.id)
      const leg = outcome.legs[i]
      if (note === undefined || leg === undefined) continue
      note.held = leg.held
      note.measured = Math.max(note.measured, command.legs[i]?.measured ?? 0)
      note.deadlineMs = answer.timeMs + (leg.expiresInMs ?? 0)
    }
  }

  #ends(command: Finalize | Release, outcome: Outcome, touched: ReadonlyArray<Seen>): void {
    if ((outcome._tag !== "Finalized" && outcome._tag !== "Released") || outcome.replayed) return
    const { id } = command
    this.#checks.that("I4", !this.#ended.has(id), () => `${id} ended a second time: ${outcome._tag}`)
    this.#ended.add(id)
    if (outcome.legs.some((leg) => leg.late)) this.late++
    for (const [i, { book, answer }] of touched.entries()) {
      const terms = command.legs[i]
      const leg = outcome.legs[i]
      if (terms === undefined || leg === undefined) continue
      const note = book.note(id)
      if (note !== undefined) this.peak.end(terms.unit, note, answer.timeMs)
      const debit = book.end(id, "actual" in terms ? terms.actual : undefined)
      this.#checks.that("I12", leg.debited === debit, () => {
        return `${id} debits ${leg.debited} from ${answer.account}, must debit ${debit ?? "nothing: it was not held"}`
      })
      add(this.used, terms.unit, leg.debited)
      add(this.overage, terms.unit, leg.overage)
    }
  }
}

const noteOf = (id: string, settle: HoldNote["settle"], answer: AccountAnswer, leg: LegAnswer): HoldNote => ({
  id,
  settle,
  period: answer.period,
  held: leg.held,
  measured: 0,
  deadlineMs: answer.timeMs + (leg.expiresInMs ?? 0),
  isGone: false
})

const add = (sums: Map<string, number>, unit: string, amount: number): void => {
  sums.set(unit, (sums.get(unit) ?? 0) + amount)
}
