/**
 * The Book, to try orders with: what was tried can be taken back.
 */
import type { AccountAnswer, Outcome, Settings } from "@tallystick/core/machine"

import { Book } from "../../oracle/book.ts"
import type { Sheet } from "../../oracle/book.ts"
import { sameAccount, sameOutcome } from "../../oracle/same.ts"
import type { Operation } from "./operation.ts"

/** What the Book answers. */
export type Expected =
  | { readonly outcome: Outcome; readonly accounts: ReadonlyArray<AccountAnswer> }
  | { readonly outcome: undefined; readonly accounts: ReadonlyArray<AccountAnswer> }

interface Before {
  readonly sheet: Sheet
  readonly length: number
  readonly last: number
  readonly lead: number
}

export class Trial {
  readonly #sheets = new Map<string, Sheet>()
  readonly #book: Book
  readonly #undo: Array<ReadonlyArray<Before>> = []

  constructor(settings: Partial<Settings> = {}) {
    this.#book = new Book(settings, this.#sheets)
  }

  /** Lets it happen at this time of the store's clock. */
  act({ command, accounts, keys }: Operation, nowMs: number): Expected {
    this.#undo.push(keys.map((key) => this.#before(key)))
    if (command === undefined) return { outcome: undefined, accounts: this.#book.usage(accounts, nowMs) ?? [] }
    const outcome = this.#book.execute([command], nowMs)[0]!
    return { outcome, accounts: outcome.accounts }
  }

  /** Whether it would change an account by itself, at this time, and not only write down what is due there. */
  wouldChange(operation: Operation, nowMs: number): boolean {
    const due = this.#book.usage(operation.accounts, nowMs) ?? []
    const mark = this.mark
    const { accounts } = this.act(operation, nowMs)
    this.undo(mark)
    return accounts.some(({ revision }, index) => revision > (due[index]?.revision ?? 0))
  }

  /** How much has happened: where `undo` goes back to. */
  get mark(): number {
    return this.#undo.length
  }

  undo(mark: number): void {
    while (this.#undo.length > mark)
      for (const { sheet, length, last, lead } of this.#undo.pop()!) {
        sheet.lines.length = length
        sheet.last = last
        sheet.lead = lead
      }
  }

  /** The time of an account, if it has a row. */
  timeOf(key: string): Pick<Sheet, "last" | "lead"> | undefined {
    const sheet = this.#sheets.get(key)
    return sheet === undefined || sheet.lines.length === 0 ? undefined : sheet
  }

  /** How many commands took effect on an account: it grows with each that does. */
  effectsOn(key: string): number {
    return this.#sheets.get(key)?.lines.length ?? 0
  }

  /** What took effect on each account, in which order. */
  linesOn(key: string, nameOf: (line: Sheet["lines"][number]) => string): ReadonlyArray<string> {
    return (this.#sheets.get(key)?.lines ?? []).map(nameOf)
  }

  #before(key: string): Before {
    let sheet = this.#sheets.get(key)
    if (sheet === undefined) {
      sheet = { lines: [], last: 0, lead: 0 }
      this.#sheets.set(key, sheet)
    }
    return { sheet, length: sheet.lines.length, last: sheet.last, lead: sheet.lead }
  }
}

/** Whether the Book says what the store said. */
export const isSame = (expected: Expected, { outcome, answers }: Operation): boolean => {
  if (expected.outcome !== undefined) return outcome !== undefined && sameOutcome(expected.outcome, outcome)
  return (
    answers !== undefined &&
    answers.length === expected.accounts.length &&
    expected.accounts.every((account, index) => sameAccount(account, answers[index]!))
  )
}
