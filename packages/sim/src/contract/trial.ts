/**
 * A store and a Book side by side, over accounts of their own: every answer of the one must be the other's.
 *
 *   await trial.at(1_000).reserve("r", "a:5 b:3/held")
 *   tell(await trial.finalize("r", "a:7 b"))
 */
import { readAccounts, readCommand } from "@tallystick/core/machine"
import type { AccountAnswer, AccountRef, Command, Outcome } from "@tallystick/core/machine"

import { Book } from "../oracle/book.ts"
import { answerWords, commandWords } from "../oracle/words.ts"
import { expectSame } from "./differ.ts"
import { legOf } from "./leg.ts"
import type { AmountName, Terms } from "./leg.ts"
import { START_MS } from "./subject.ts"
import type { Subject } from "./subject.ts"

export type { Terms } from "./leg.ts"

export interface FinalizeOptions {
  readonly overage?: string
  readonly ifUnknown?: string
  readonly sentAgoMs?: number
}

export class Trial {
  readonly subject: Subject
  readonly book: Book
  nowMs = START_MS
  readonly #group: string
  readonly #terms: Record<string, Terms>

  constructor(subject: Subject, terms: Readonly<Record<string, Terms>>) {
    this.subject = subject
    this.book = new Book(subject.options.settings)
    this.#group = subject.group()
    this.#terms = { ...terms }
  }

  /** This long after the start. */
  at(afterMs: number): this {
    this.subject.needsCallersClock()
    this.nowMs = START_MS + afterMs
    return this
  }

  /** Other terms of one account from here on. */
  with(name: string, terms: Terms): this {
    this.#terms[name] = { ...this.#terms[name], ...terms }
    return this
  }

  /** The id of an account. */
  id(name: string): string {
    return this.subject.options.accountOf(`${this.#group}/${name}`)
  }

  leg(text: string, amount?: AmountName): Record<string, unknown> {
    return legOf(text, this.#terms, (name) => this.id(name), amount)
  }
  legs(text: string, amount?: AmountName) {
    return text.split(" ").map((leg) => this.leg(leg, amount))
  }

  reserve(id: string, legs: string, ttlMs = 10_000) {
    return this.send({ kind: "reserve", id, ttlMs, legs: this.legs(legs, "amount") })
  }
  extend(id: string, legs: string, more: { ttlMs?: number; whenUnknown?: string } = {}) {
    return this.send({ kind: "extend", id, ...more, legs: this.legs(legs, "total") })
  }
  finalize(id: string, legs: string, more: FinalizeOptions = {}) {
    return this.send({ kind: "finalize", id, ...more, legs: this.legs(legs, "actual") })
  }
  release(id: string, legs: string) {
    return this.send({ kind: "release", id, legs: this.legs(legs) })
  }
  charge(id: string, legs: string) {
    return this.send({ kind: "charge", id, legs: this.legs(legs, "amount") })
  }
  lookup(id: string, legs: string) {
    return this.send({ kind: "lookup", id, legs: this.legs(legs) })
  }
  adjust(id: string, leg: string, adjustment: object) {
    return this.send({ kind: "adjust", id, adjustment, legs: this.legs(leg) })
  }
  setLimit(id: string, leg: string, limit: number | null | "code") {
    return this.adjust(id, leg, { kind: "setLimit", limit })
  }
  credit(id: string, leg: string, amount: number) {
    return this.adjust(id, leg, { kind: "credit", amount })
  }
  reset(id: string, leg: string) {
    return this.adjust(id, leg, { kind: "reset" })
  }
  close(id: string, leg: string) {
    return this.adjust(id, leg, { kind: "close" })
  }
  reopen(id: string, leg: string) {
    return this.adjust(id, leg, { kind: "reopen" })
  }

  async send(command: unknown): Promise<Outcome> {
    return (await this.execute([command]))[0]!
  }

  /** Sends commands in one call; its answers must be the Book's. */
  async execute(commands: ReadonlyArray<unknown>): Promise<ReadonlyArray<Outcome>> {
    const read = commands.map(readCommand)
    const answers = await this.subject.run(this.subject.store.execute(read), this.nowMs)
    this.#learnTime(answers.flatMap(({ accounts }) => accounts))
    const expected = this.book.execute(read, this.nowMs)
    expectSame(answers, expected, this.#told(read, answers))
    return answers
  }

  /** Reads accounts in one call; their numbers must be the Book's. */
  async usages(names: ReadonlyArray<string>): Promise<ReadonlyArray<AccountAnswer>> {
    return this.read(readAccounts(names.map((name) => this.leg(name))))
  }
  async read(refs: ReadonlyArray<AccountRef>): Promise<ReadonlyArray<AccountAnswer>> {
    const answers = await this.subject.run(this.subject.store.usage(refs), this.nowMs)
    this.#learnTime(answers)
    expectSame(
      answers,
      this.book.usage(refs, this.nowMs),
      `usage, ${this.nowMs - START_MS} ms in, is not what the Book says:`
    )
    return answers
  }
  async usage(name: string): Promise<AccountAnswer> {
    return (await this.usages([name]))[0]!
  }

  /** `used + reserved` of one account, read. */
  async sums(name: string): Promise<string> {
    const { used, reserved } = await this.usage(name)
    return `${used}+${reserved}`
  }

  /** A store with a clock of its own says in its answers what time it was: an account that is new goes by it. */
  #learnTime(accounts: ReadonlyArray<AccountAnswer>): void {
    const [first] = accounts
    if (this.subject.ownsItsClock && first !== undefined) this.nowMs = first.timeMs
  }

  #told(commands: ReadonlyArray<Command>, answers: ReadonlyArray<Outcome>): string {
    const lines = commands.map((command, index) => {
      const answer = answers[index]
      return `  ${commandWords(command)} -> ${answer === undefined ? "nothing" : answerWords(answer)}`
    })
    return [`${this.nowMs - START_MS} ms in, and not what the Book says:`, ...lines].join("\n")
  }
}
