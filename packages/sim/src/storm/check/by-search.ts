/**
 * Judges what happened to one set of accounts without revisions: by Wing and Gong's search with a memory, for small histories.
 *
 * Whatever was sent before anything without a place was answered can be next. One of them is let happen, and the search goes on from there; if nothing
 * is left, the history is linearizable. A state that led nowhere is not entered again.
 */
import type { Settings } from "@tallystick/core/machine"

import { clockOf, timesBetween } from "./clock.ts"
import type { Sheet } from "../../oracle/book.ts"
import type { Operation } from "./operation.ts"
import { Pending } from "./pending.ts"
import { isSame, Trial } from "./trial.ts"
import type { Expected } from "./trial.ts"
import type { DeadEnd, Placed, Verdict } from "./verdict.ts"

/** Operations tried. A history of a hundred operations by eight clients that holds needs some thousands. */
const DEFAULT_BUDGET = 200_000

/** How long before the first answer something may have happened. */
const BEFORE_MS = 10_000

export interface SearchOptions {
  readonly settings?: Partial<Settings> | undefined
  readonly budget?: number | undefined
  /** What the store's clock showed an answered operation, where that is known. Default: what its answer tells of it. */
  readonly clockOf?: ((operation: Operation) => number) | undefined
  /** Whether the Book says what the store said. Default: in every field. */
  readonly isSame?: ((expected: Expected, operation: Operation) => boolean) | undefined
}

export const checkBySearch = (operations: ReadonlyArray<Operation>, options: SearchOptions = {}): Verdict =>
  new Search(operations, options).run()

/** For stores whose answers have no revisions: everything else must be the same. */
export const isSameButRevisions = (expected: Expected, operation: Operation): boolean => {
  const { outcome, accounts } = expected
  const plain = accounts.map(withoutRevision)
  const answered = operation.answers?.map(withoutRevision)
  const other = {
    ...operation,
    answers: answered,
    outcome: operation.outcome && { ...operation.outcome, accounts: answered ?? [] }
  }
  return isSame(
    outcome === undefined
      ? { outcome, accounts: plain }
      : { outcome: { ...outcome, accounts: plain }, accounts: plain },
    other
  )
}

const withoutRevision = <A extends { readonly revision: number }>(account: A): A => ({ ...account, revision: 0 })

const timesIn = ({ answers }: Operation): ReadonlyArray<number> => answers?.map(({ timeMs }) => timeMs) ?? []

class Search {
  readonly #operations: ReadonlyArray<Operation>
  readonly #pending: Pending
  readonly #trial: Trial
  readonly #clockOf: (operation: Operation) => number
  readonly #isSame: NonNullable<SearchOptions["isSame"]>
  readonly #order: Array<Placed> = []
  readonly #dead = new Set<string>()
  readonly #names = new Map<unknown, number>()
  /** No time after the last answer makes a difference to anybody. */
  readonly #lastMs: number
  readonly #firstMs: number
  #left: number
  #deepest: DeadEnd = { order: [], stuck: [] }

  constructor(operations: ReadonlyArray<Operation>, options: SearchOptions) {
    this.#operations = operations
    this.#pending = new Pending(operations)
    this.#trial = new Trial(options.settings)
    this.#clockOf = options.clockOf ?? ((operation) => clockOf(operation, this.#trial))
    this.#isSame = options.isSame ?? isSame
    this.#left = options.budget ?? DEFAULT_BUDGET
    for (const [index, { command }] of operations.entries()) this.#names.set(command, index)
    const times = operations.flatMap(timesIn)
    this.#lastMs = Math.max(0, ...times)
    this.#firstMs = Math.min(...times) - BEFORE_MS
  }

  run(): Verdict {
    if (this.#goOn()) return { kind: "linearizable", order: this.#order }
    return { kind: this.#left > 0 ? "broken" : "undecided", deadEnd: this.#deepest }
  }

  #goOn(): boolean {
    if (this.#pending.isEmpty) return true
    const state = this.#state()
    if (this.#dead.has(state)) return false
    const stuck: Array<DeadEnd["stuck"][number]> = []
    for (const operation of this.#operations) {
      if (!this.#pending.has(operation) || !this.#pending.isDue(operation)) continue
      for (const nowMs of this.#timesOf(operation)) {
        if (this.#left-- <= 0) return false
        if (this.#try(operation, nowMs, stuck)) return true
      }
    }
    if (this.#order.length >= this.#deepest.order.length) this.#deepest = { order: [...this.#order], stuck }
    this.#dead.add(state)
    return false
  }

  #try(operation: Operation, nowMs: number, stuck: Array<DeadEnd["stuck"][number]>): boolean {
    const mark = this.#trial.mark
    const position = this.#pending.position
    if (operation.answers === undefined && !this.#trial.wouldChange(operation, nowMs)) return false
    const expected = this.#trial.act(operation, nowMs)
    const isAnswered = operation.answers !== undefined
    const fits = !isAnswered || this.#isSame(expected, operation)
    if (fits) {
      this.#pending.place(operation)
      this.#order.push({ operation, nowMs })
      if (this.#goOn()) return true
      this.#order.pop()
      this.#pending.goBack(position)
    } else if (isAnswered) {
      stuck.push({ operation, expected })
    }
    this.#trial.undo(mark)
    return false
  }

  #timesOf(operation: Operation): ReadonlyArray<number> {
    if (operation.answers !== undefined) return [this.#clockOf(operation)]
    let from = this.#seenBefore(operation)
    let isBirth = false
    for (const key of operation.keys) {
      const row = this.#trial.timeOf(key)
      if (row === undefined) isBirth = true
      else from = Math.max(from, row.last - row.lead)
    }
    const times = from > this.#lastMs ? [] : timesBetween(from, this.#lastMs)
    return isBirth ? [...times, ...this.#births(operation, from)] : times
  }

  /** The clock had at least reached what those saw that were answered before it was sent. */
  #seenBefore({ sentNs }: Operation): number {
    const before = this.#operations.filter(({ answeredNs }) => answeredNs < sentNs)
    return Math.max(this.#firstMs, ...before.flatMap(timesIn))
  }

  /** A new row starts its revision from the time at which it was born: so the revisions that were seen say when that may have been. */
  #births({ keys }: Operation, from: number): ReadonlyArray<number> {
    const revisions = this.#operations.flatMap(({ answers, keys: named }) =>
      (answers ?? []).flatMap(({ revision }, index) => (revision > 0 && keys.includes(named[index]!) ? [revision] : []))
    )
    const births = revisions.flatMap((revision) => this.#operations.map((_, unseen) => revision - 1 - unseen))
    return [...new Set(births)].filter((time) => time > from && time <= this.#lastMs)
  }

  #state(): string {
    const placed = this.#order.map(({ operation }) => this.#operations.indexOf(operation)).toSorted((a, b) => a - b)
    const nameOf = ({ command, now }: Sheet["lines"][number]): string => `${this.#names.get(command) ?? "-"}@${now}`
    const rows = this.#pending.keys.map((key) => {
      const { last, lead } = this.#trial.timeOf(key) ?? { last: 0, lead: 0 }
      return `${last}+${lead} ${this.#trial.linesOn(key, nameOf).join(" ")}`
    })
    return `${placed.join(" ")}\n${rows.join("\n")}`
  }
}
