/**
 * Judges what happened to one set of accounts, by the revisions and times in the answers.
 *
 * They say nearly everything about the order, so that mostly there is one operation that can be next, and the Book either says the same of it or the
 * history is broken. Only where a revision is missing something must be put in that was never answered: there, and only there, this is a search.
 *
 * Why what fits may be taken at once, without a way back: an answered operation that fits has the lowest time and revision on all of its accounts. Any
 * other one that took effect before it on one of them would have raised the revision that it shows; one that took none may as well come later; and what
 * happens on other accounts does not touch it.
 */
import type { Outcome, Settings } from "@tallystick/core/machine"

import { clockOf } from "./clock.ts"
import { candidatesFor } from "./fill.ts"
import type { Candidate } from "./fill.ts"
import type { Operation } from "./operation.ts"
import { Pending } from "./pending.ts"
import { isSame, Trial } from "./trial.ts"
import type { Expected } from "./trial.ts"
import type { DeadEnd, Placed, Verdict } from "./verdict.ts"

/** Operations tried, over all orders. A history that holds needs little more than one for each of its own. */
const DEFAULT_BUDGET = 20_000

export const checkByRevisions = (
  operations: ReadonlyArray<Operation>,
  settings: Partial<Settings> = {},
  budget = DEFAULT_BUDGET
): Verdict => new Search(operations, settings, budget + 4 * operations.length).run()

class Search {
  readonly #pending: Pending
  readonly #trial: Trial
  readonly #order: Array<Placed> = []
  /** The revision of each account after what has its place. */
  readonly #revisions = new Map<string, number>()
  /** Dead ends, by what took effect before them. */
  readonly #dead = new Set<string>()
  readonly #names = new Map<unknown, number>()
  #left: number
  #deepest: DeadEnd = { order: [], stuck: [] }
  #depth = -1

  constructor(operations: ReadonlyArray<Operation>, settings: Partial<Settings>, budget: number) {
    this.#pending = new Pending(operations)
    this.#trial = new Trial(settings)
    this.#left = budget
    for (const [index, { command }] of operations.entries()) this.#names.set(command, index)
  }

  run(): Verdict {
    if (this.#goOn()) return { kind: "linearizable", order: this.#order }
    return { kind: this.#left > 0 ? "broken" : "undecided", deadEnd: this.#deepest }
  }

  /** Whether there is an order from here on. If not, everything is as it was before. */
  #goOn(): boolean {
    const before = { position: this.#pending.position, mark: this.#trial.mark, length: this.#order.length }
    const revisions = new Map(this.#revisions)
    const { stuck, births } = this.#takeWhatFits()
    if (this.#pending.isEmpty) return true
    this.#note(stuck)
    const state = this.#state()
    if (!this.#dead.has(state)) {
      for (const candidate of [...births, ...this.#candidates([...stuck, ...births])]) {
        if (this.#left <= 0) break
        if (this.#tryOne(candidate)) return true
      }
      this.#dead.add(state)
    }
    this.#pending.goBack(before.position)
    this.#trial.undo(before.mark)
    this.#order.length = before.length
    this.#revisions.clear()
    for (const [key, revision] of revisions) this.#revisions.set(key, revision)
    return false
  }

  /**
   * Takes what can be next for as long as something fits. Those that could be next and do not fit, with what the Book says of them; and those that fit,
   * but as the first on an account: its revision then says when that was, and so does not say that nothing unanswered came before.
   */
  #takeWhatFits(): { readonly stuck: DeadEnd["stuck"]; readonly births: ReadonlyArray<Candidate> } {
    const failed = new Map<Operation, { readonly effects: number; readonly stuck: DeadEnd["stuck"][number] }>()
    const births = new Map<Operation, Candidate>()
    for (let isMoving = true; isMoving && !this.#pending.isEmpty;) {
      isMoving = false
      for (const operation of this.#pending.heads()) {
        const effects = this.#effectsOn(operation)
        if (births.has(operation) || failed.get(operation)?.effects === effects) continue
        const nowMs = clockOf(operation, this.#trial)
        const mark = this.#trial.mark
        const isBirth = this.#mayNotBeFirst(operation)
        this.#left--
        const expected = this.#trial.act(operation, nowMs)
        if (!isSame(expected, operation)) {
          this.#trial.undo(mark)
          failed.set(operation, { effects, stuck: { operation, expected } })
        } else if (isBirth && this.#effectsOn(operation) > effects) {
          this.#trial.undo(mark)
          births.set(operation, { operation, nowMs })
        } else {
          this.#place(operation, nowMs, operation.answers!)
          failed.delete(operation)
          isMoving = true
          break
        }
      }
    }
    const stuck = [...failed.values()].map(({ stuck }) => stuck)
    return { stuck, births: [...births.values()].filter(({ operation }) => this.#pending.has(operation)) }
  }

  #mayNotBeFirst({ keys, answeredNs }: Operation): boolean {
    return keys.some(
      (key) =>
        this.#trial.timeOf(key) === undefined &&
        this.#pending.unknown.some(
          (other) => other.keys.includes(key) && other.sentNs < answeredNs && this.#pending.has(other)
        )
    )
  }

  #effectsOn({ keys }: Operation): number {
    return keys.reduce((sum, key) => sum + this.#trial.effectsOn(key), 0)
  }

  #place(operation: Operation, nowMs: number, answers: ReadonlyArray<{ readonly revision: number }>): void {
    this.#pending.place(operation)
    this.#order.push({ operation, nowMs })
    for (const [index, key] of operation.keys.entries()) this.#revisions.set(key, answers[index]!.revision)
  }

  #candidates(stuck: ReadonlyArray<{ readonly operation: Operation }>): ReadonlyArray<Candidate> {
    return candidatesFor({
      pending: this.#pending,
      trial: this.#trial,
      stuck: stuck.map(({ operation }) => operation),
      revisionOf: (key) => this.#revisions.get(key) ?? 0
    })
  }

  /**
   * Lets it happen here. If it was answered, that must be its answer; else it must take effect, and leave room for the next answer on each account: that
   * shows a revision which is higher by what it did itself.
   */
  #tryOne({ operation, nowMs }: Candidate): boolean {
    const mark = this.#trial.mark
    const position = this.#pending.position
    const revisions = operation.keys.map((key) => this.#revisions.get(key))
    const effects = this.#effectsOn(operation)
    this.#left--
    const expected = this.#trial.act(operation, nowMs)
    const isPossible =
      operation.answers === undefined
        ? this.#effectsOn(operation) > effects && this.#leavesRoom(operation, expected)
        : isSame(expected, operation)
    if (isPossible) {
      this.#place(operation, nowMs, expected.accounts)
      if (this.#goOn()) return true
      this.#pending.goBack(position)
      this.#order.pop()
      for (const [index, key] of operation.keys.entries()) {
        const revision = revisions[index]
        if (revision === undefined) this.#revisions.delete(key)
        else this.#revisions.set(key, revision)
      }
    }
    this.#trial.undo(mark)
    return false
  }

  #leavesRoom({ keys }: Operation, { accounts }: Expected): boolean {
    return keys.every((key, index) => {
      const next = this.#pending.lineOn(key)
      return next === undefined || accounts[index]!.revision + ownRise(next.operation) <= next.place.revision
    })
  }

  #note(stuck: DeadEnd["stuck"]): void {
    if (this.#order.length <= this.#depth) return
    this.#depth = this.#order.length
    this.#deepest = { order: [...this.#order], stuck }
  }

  #state(): string {
    return this.#trial.stateOf(this.#pending.keys, ({ command, now }) => `${this.#names.get(command) ?? "-"}@${now}`)
  }
}

/** By how much it surely raised the revision of each of its accounts. */
const ownRise = ({ outcome }: Operation): 0 | 1 =>
  outcome !== undefined && outcome.granted && !outcome.replayed && begins.includes(outcome._tag) ? 1 : 0

/** All legs or none. */
const begins: ReadonlyArray<Outcome["_tag"]> = ["Granted", "Charged", "Adjusted"]
