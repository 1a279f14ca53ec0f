/**
 * One search for an order of what happened to one set of accounts, by the revisions and times in the answers.
 *
 * They say nearly everything about the order, so that mostly there is one operation that can be next, and the Book either says the same of it or the
 * history is broken. Only where a revision is missing something must be put in that was never answered: there, and only there, this is a search.
 *
 * Why what fits may be taken at once, without a way back: an answered command that fits has the lowest time and revision on all of its accounts. Any
 * other one that took effect before it on one of them would have raised the revision that it shows; one that took none may as well come later; and what
 * happens on other accounts does not touch it. Only reads may have to come first: those that have seen one of its accounts as it is now; and what
 * nobody heard of, if it has touched one of its accounts without effect (`isEarly`).
 */
import type { AccountAnswer, Settings } from "@tallystick/core/machine"

import { clockOf } from "./clock.ts"
import { hidesEnding, isEarly, isPerhapsAnothers } from "./early.ts"
import { candidatesFor } from "./fill.ts"
import type { Candidate } from "./fill.ts"
import { Hope } from "./hope.ts"
import type { Sheet } from "../../oracle/book.ts"
import { ownRise, timeIn, touches } from "./operation.ts"
import type { Operation } from "./operation.ts"
import { isRead, Pending } from "./pending.ts"
import { Reads } from "./reads.ts"
import { isSame, Trial } from "./trial.ts"
import type { Expected } from "./trial.ts"
import type { DeadEnd, Placed, Verdict } from "./verdict.ts"

export interface SearchOptions {
  readonly settings: Partial<Settings>
  readonly budget: number
  /**
   * At a dead end only what touches one of the operations that are stuck there is tried. That leads to the goal nearly always, and quickly, but not where
   * something must come before it that touches none of them.
   */
  readonly isFocused: boolean
  readonly whim: () => number
}

/** What could be next and does not fit; what fits, but is not known to be next: the first on an account or behind a tick, and what may hide something unanswered. */
interface Fitting {
  readonly stuck: DeadEnd["stuck"]
  readonly births: ReadonlyArray<Candidate>
  readonly early: ReadonlyArray<Candidate>
}

type Shown = Pick<AccountAnswer, "revision" | "used" | "reserved">

export class Search {
  readonly #pending: Pending
  readonly #trial: Trial
  readonly #reads: Reads
  readonly #hope: Hope
  readonly #order: Array<Placed> = []
  /** What each account shows after what has its place. */
  readonly #shown = new Map<string, Shown>()
  /** Dead ends, by what took effect before them. */
  readonly #dead = new Set<string>()
  readonly #names = new Map<unknown, number>()
  readonly #isFocused: boolean
  readonly #whim: () => number
  #left: number
  #deepest: DeadEnd = { order: [], stuck: [] }
  #depth = -1

  constructor(operations: ReadonlyArray<Operation>, { settings, budget, isFocused, whim }: SearchOptions) {
    this.#pending = new Pending(operations)
    this.#trial = new Trial(settings)
    this.#reads = new Reads(this.#pending, this.#trial, (key) => this.#revisionOf(key))
    this.#hope = new Hope(this.#pending, this.#trial, this.#reads, (key) => this.#revisionOf(key))
    this.#left = budget
    this.#isFocused = isFocused
    this.#whim = whim
    for (const [index, { command }] of operations.entries()) this.#names.set(command, index)
  }

  run(): Verdict {
    if (this.#goOn()) return { kind: "linearizable", order: this.#order }
    return { kind: this.#left > 0 ? "broken" : "undecided", deadEnd: this.#deepest }
  }

  /** Whether there is an order from here on. If not, everything is as it was before. */
  #goOn(): boolean {
    const before = { position: this.#pending.position, mark: this.#trial.mark, length: this.#order.length }
    const shown = new Map(this.#shown)
    const { stuck, births, early } = this.#takeWhatFits()
    if (this.#pending.isEmpty) return true
    this.#note(stuck)
    const state = this.#state()
    if (!this.#dead.has(state) && !this.#hope.isLost(stuck.map(({ operation }) => operation))) {
      for (const candidate of this.#choices(stuck, births, early)) {
        if (this.#left <= 0) break
        if (this.#tryOne(candidate)) return true
      }
      this.#dead.add(state)
    }
    this.#pending.goBack(before.position)
    this.#trial.undo(before.mark)
    this.#order.length = before.length
    this.#showAgain(shown)
    return false
  }

  /**
   * Takes what can be next for as long as something fits. Those that could be next and do not fit, with what the Book says of them; and those that fit,
   * but as the first on an account: its revision then says when that was, and so does not say that nothing unanswered came before.
   */
  #takeWhatFits(): Fitting {
    const failed = new Map<Operation, { readonly version: number; readonly stuck: DeadEnd["stuck"][number] }>()
    const births = new Map<Operation, Candidate>()
    const early = new Map<Operation, Candidate>()
    for (let isMoving = true; isMoving && !this.#pending.isEmpty;) {
      isMoving = false
      const reads = this.#pending.dueReads().filter((read) => this.#reads.canSee(read))
      // Reads first: the next command may take away what they saw.
      early.clear()
      for (const operation of [...reads, ...this.#pending.heads().toSorted(byTime)]) {
        const effects = this.#effectsOn(operation)
        const version = effects + this.#timesOf(operation)
        if (births.has(operation) || failed.get(operation)?.version === version) continue
        const nowMs = clockOf(operation, this.#trial)
        const mark = this.#trial.mark
        const isBirth = this.#mayNotBeFirst(operation)
        const awaited = isRead(operation) ? [] : this.#reads.awaiting(operation)
        this.#left--
        const expected = this.#trial.act(operation, nowMs)
        if (!isSame(expected, operation)) {
          this.#trial.undo(mark)
          failed.set(operation, { version, stuck: { operation, expected } })
        } else if (awaited.some((one) => this.#reads.isHidden(one))) {
          this.#trial.undo(mark)
        } else if (isBirth && this.#effectsOn(operation) > effects) {
          this.#trial.undo(mark)
          births.set(operation, { operation, nowMs })
        } else if (hidesEnding(operation, this.#risesOf(operation, expected), this.#pending, this.#trial)) {
          this.#trial.undo(mark)
          births.set(operation, { operation, nowMs })
        } else if (
          isEarly(operation, failed.keys(), this.#pending) ||
          (this.#effectsOn(operation) > effects && isPerhapsAnothers(operation, this.#pending))
        ) {
          this.#trial.undo(mark)
          early.set(operation, { operation, nowMs })
        } else {
          this.#place(operation, nowMs, operation.answers!)
          failed.delete(operation)
          isMoving = true
          break
        }
      }
    }
    const stuck = [...failed.values()].map(({ stuck }) => stuck).filter(({ operation }) => this.#pending.has(operation))
    for (const operation of this.#pending.dueReads()) if (!failed.has(operation)) stuck.push(this.#lookAt(operation))
    const isLeft = ({ operation }: Candidate): boolean => this.#pending.has(operation)
    return { stuck, births: [...births.values()].filter(isLeft), early: [...early.values()] }
  }

  #lookAt(operation: Operation): DeadEnd["stuck"][number] {
    const mark = this.#trial.mark
    const expected = this.#trial.act(operation, clockOf(operation, this.#trial))
    this.#trial.undo(mark)
    return { operation, expected }
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

  #risesOf({ keys }: Operation, { accounts }: Expected): ReadonlyArray<number> {
    return keys.map((key, index) => accounts[index]!.revision - this.#revisionOf(key))
  }

  #effectsOn({ keys }: Operation): number {
    return keys.reduce((sum, key) => sum + this.#trial.effectsOn(key), 0)
  }

  /** Grows with whatever writes the time of one of its accounts, be it a denial. */
  #timesOf({ keys }: Operation): number {
    return keys.reduce((sum, key) => sum + (this.#trial.timeOf(key)?.last ?? 0), 0)
  }

  #place(operation: Operation, nowMs: number, answers: ReadonlyArray<Shown>): void {
    this.#pending.place(operation)
    this.#order.push({ operation, nowMs })
    // What a read counts as due nobody has done yet.
    if (isRead(operation)) return
    for (const [index, key] of operation.keys.entries()) this.#shown.set(key, answers[index]!)
  }

  /** What can be next, the likeliest first. Something on one of its own accounts must come before each that is stuck, so that one of them will do. */
  #choices(
    stuck: DeadEnd["stuck"],
    births: ReadonlyArray<Candidate>,
    early: ReadonlyArray<Candidate>
  ): ReadonlyArray<Candidate> {
    const all = candidatesFor({
      pending: this.#pending,
      trial: this.#trial,
      stuck: [...stuck, ...births, ...early].map(({ operation }) => operation),
      revisionOf: (key) => this.#revisionOf(key),
      whim: this.#whim
    })
    if (!this.#isFocused) return [...births, ...all, ...early]
    // And what stands before those in its call: after them it can have no place.
    const touching = ({ keys }: Operation) =>
      all.filter(({ operation }) => this.#pending.fromItsCall(operation).some((one) => touches(keys, one)))
    const commands = stuck.filter(({ operation }) => !isRead(operation))
    // What is stuck may only be waiting for one of these.
    const options =
      births.length > 0
        ? births.map((birth) => [birth, ...touching(birth.operation)])
        : ([commands, stuck, early].find(({ length }) => length > 0)?.map(({ operation }) => touching(operation)) ?? [])
    return [...(options.toSorted((left, right) => left.length - right.length)[0] ?? []), ...early]
  }

  /**
   * Lets it happen here. If it was answered, that must be its answer; else it must take effect, and leave room for the next answer on each account: that
   * shows a revision which is higher by what it did itself.
   */
  #tryOne({ operation, nowMs }: Candidate): boolean {
    const mark = this.#trial.mark
    const position = this.#pending.position
    const shown = new Map(this.#shown)
    this.#left--
    if (operation.answers === undefined && !this.#trial.wouldChange(operation, nowMs)) return false
    const expected = this.#trial.act(operation, nowMs)
    const isPossible =
      operation.answers === undefined ? this.#leavesRoom(operation, expected) : isSame(expected, operation)
    if (isPossible) {
      this.#place(operation, nowMs, expected.accounts)
      if (this.#goOn()) return true
      this.#pending.goBack(position)
      this.#order.pop()
      this.#showAgain(shown)
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

  #revisionOf(key: string): number {
    return this.#shown.get(key)?.revision ?? 0
  }

  #showAgain(shown: ReadonlyMap<string, Shown>): void {
    this.#shown.clear()
    for (const [key, numbers] of shown) this.#shown.set(key, numbers)
  }

  #note(stuck: DeadEnd["stuck"]): void {
    if (this.#order.length <= this.#depth) return
    this.#depth = this.#order.length
    this.#deepest = { order: [...this.#order], stuck }
  }

  /**
   * The same for two orders of the same commands that end with the same sums: what could make a difference between them is which of two took effect, and
   * then other commands did.
   */
  #state(): string {
    const sums = this.#pending.keys.map((key) => {
      const { revision = 0, used = 0, reserved = 0 } = this.#shown.get(key) ?? {}
      return `${revision} ${used} ${reserved}`
    })
    const nameOf = ({ command, now }: Sheet["lines"][number]): string => `${this.#names.get(command) ?? "-"}@${now}`
    const effects = this.#pending.keys.map((key) => this.#trial.linesOn(key, nameOf).toSorted().join(" ")).join("\n")
    return `${sums.join()}\n${effects}`
  }
}

const byTime = (left: Operation, right: Operation): number => timeIn(left) - timeIn(right)
