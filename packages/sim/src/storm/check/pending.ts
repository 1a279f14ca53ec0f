/**
 * The operations that have no place in the order yet, and which of them can be next.
 *
 * On each account the answers say where they belong: an account's time and its revision never fall, so that answered commands are sorted by them.
 * Between accounts, and where both are the same, real time decides: what was answered before another was sent comes before it.
 *
 * Reads are not sorted. One takes its time before its snapshot, and may see less than what has happened by that time: a Postgres lets it read the clock
 * while a command that read it earlier is still writing. And it counts what is due by then as changes, which nobody has made. It changes nothing, so
 * that it may stand wherever the Book says the same, between the two that real time allows.
 */
import type { AccountAnswer } from "@tallystick/core/machine"

import type { Operation } from "./operation.ts"

export type Place = Pick<AccountAnswer, "timeMs" | "revision">

export interface Line {
  readonly operation: Operation
  readonly place: Place
}

/** Where the pointers stand, to go back to. */
export interface Position {
  readonly next: ReadonlyArray<number>
  readonly returns: number
  readonly placed: number
}

export class Pending {
  readonly keys: ReadonlyArray<string>
  readonly answered: ReadonlyArray<Operation>
  /** Commands of which nobody knows whether they happened. */
  readonly unknown: ReadonlyArray<Operation>
  /** Reads that were answered, and those on an account. */
  readonly reads: ReadonlyArray<Operation>
  readonly #readsOn: ReadonlyMap<string, ReadonlyArray<Line>>
  readonly #lines: ReadonlyArray<ReadonlyArray<Line>>
  readonly #byReturn: ReadonlyArray<Operation>
  readonly #isPlaced = new Set<Operation>()
  readonly #placed: Array<Operation> = []
  readonly #successor = new Map<Operation, Operation>()
  readonly #ofId = new Map<string, { readonly answered: Array<Operation>; readonly unknown: Array<Operation> }>()
  readonly #seenBefore = new Map<Operation, number>()
  readonly #shownWithout = new Map<Operation, ReadonlyMap<string, Place>>()
  #next: Array<number>
  #returns = 0

  constructor(operations: ReadonlyArray<Operation>) {
    this.answered = operations.filter(({ answers }) => answers !== undefined)
    this.unknown = operations.filter((operation) => operation.answers === undefined && !isRead(operation))
    this.#byReturn = this.answered.toSorted((left, right) => left.answeredNs - right.answeredNs)
    this.keys = [...new Set(operations.flatMap(({ keys }) => keys))]
    this.reads = this.answered.filter(isRead)
    const commands = this.answered.filter((operation) => !isRead(operation))
    this.#lines = this.keys.map((key) => sortedLines(commands, key))
    this.#readsOn = new Map(this.keys.map((key) => [key, sortedLines(this.reads, key)]))
    this.#next = this.keys.map(() => 0)
    for (const operation of operations) {
      if (operation.before !== undefined) this.#successor.set(operation.before, operation)
      const known = this.#ofId.get(idOf(operation)) ?? { answered: [], unknown: [] }
      this.#ofId.set(idOf(operation), known)
      ;(operation.answers === undefined ? known.unknown : known.answered).push(operation)
    }
  }

  get isEmpty(): boolean {
    return this.#returns === this.#byReturn.length
  }

  /** Of those that were answered, the one that was answered first: what was sent after that cannot be next. */
  get firstAnswered(): Operation | undefined {
    return this.#byReturn[this.#returns]
  }

  has(operation: Operation): boolean {
    return !this.#isPlaced.has(operation)
  }

  /** What the next answer to a command on an account shows; undefined: there is none. */
  placeOn(key: string): Place | undefined {
    return this.lineOn(key)?.place
  }

  /** Reads of an account that have no place, with what they show of it. */
  readsOn(key: string): ReadonlyArray<Line> {
    return this.#readsOn.get(key)!.filter(({ operation }) => this.has(operation))
  }

  lineOn(key: string): Line | undefined {
    const index = this.keys.indexOf(key)
    return this.#lines[index]![this.#next[index]!]
  }

  /** The next answer about the id of a command, by its place on an account of both. */
  nextOfId(operation: Operation): Operation | undefined {
    let next: Line | undefined
    for (const other of this.#ofId.get(idOf(operation))!.answered) {
      const shared = other.keys.findIndex((key) => operation.keys.includes(key))
      const place = other.answers![shared]
      if (place === undefined || !this.has(other)) continue
      if (next === undefined || comparePlaces(place, next.place) < 0) next = { operation: other, place }
    }
    return next?.operation
  }

  /** Whether what stands behind it in its call has its place already, so that it did not take effect. */
  isPassed(operation: Operation): boolean {
    const successor = this.#successor.get(operation)
    return successor !== undefined && !this.has(successor)
  }

  /** Whether something else about this id can come between a command and the next answer about it. */
  hasRivals(operation: Operation, next: Operation): boolean {
    const { answered, unknown } = this.#ofId.get(idOf(operation))!
    if (unknown.some((other) => other !== operation && this.has(other))) return true
    return answered.some((other) => other !== next && this.has(other) && !isBehind(other, next))
  }

  /** How many commands that nobody heard of can have changed an account before the next answer shows it. */
  supplyOn(key: string): number {
    const next = this.lineOn(key)
    if (next === undefined) return Infinity
    return this.unknown.filter(
      (operation) =>
        operation.keys.includes(key) &&
        operation.sentNs < next.operation.answeredNs &&
        this.has(operation) &&
        !this.#isShownWithout(operation, key, next.place)
    ).length
  }

  /** Whether an answer that has no place yet shows, on one of its accounts, that a command has not taken effect: it does on all of them, or on none. */
  isRefuted(operation: Operation): boolean {
    return operation.keys.some((key) => {
      const next = this.placeOn(key)
      return next !== undefined && this.#isShownWithout(operation, key, next)
    })
  }

  /** Whether this place of an account, or a later one, shows that a command has not taken effect. */
  #isShownWithout(operation: Operation, key: string, place: Place): boolean {
    let shown = this.#shownWithout.get(operation)
    if (shown === undefined) {
      shown = new Map(operation.keys.flatMap((at) => this.#lastWithout(operation, at) ?? []))
      this.#shownWithout.set(operation, shown)
    }
    const last = shown.get(key)
    return last !== undefined && comparePlaces(last, place) >= 0
  }

  /** The last place on an account where its id is in a state that it would not be in any more. (A storm is shorter than any retention.) */
  #lastWithout(operation: Operation, key: string): ReadonlyArray<readonly [string, Place]> | undefined {
    if (operation.command === undefined || operation.command.kind === "adjust") return undefined
    const { kind } = operation.command
    const without = kind === "finalize" || kind === "release" ? ["none"] : ["none", "marked"]
    let last: Place | undefined
    for (const other of this.#ofId.get(idOf(operation))!.answered) {
      const at = other.keys.indexOf(key)
      if (at === -1 || !without.includes(other.outcome?.legs[at]?.state ?? "")) continue
      const place = isRead(other) ? this.#lastBefore(other, key) : other.answers![at]!
      if (place !== undefined && (last === undefined || comparePlaces(place, last) > 0)) last = place
    }
    return last === undefined ? undefined : [[key, last]]
  }

  /** What a read has surely seen: commands that were answered before it was asked. */
  #lastBefore({ sentNs }: Operation, key: string): Place | undefined {
    const lines = this.#lines[this.keys.indexOf(key)]!
    return lines.findLast(({ operation }) => operation.answeredNs < sentNs)?.place
  }

  /** What the store's clock had reached before a command was sent, as far as anybody was told of these accounts. */
  seenBefore(operation: Operation): number {
    const known = this.#seenBefore.get(operation)
    if (known !== undefined) return known
    const before = this.answered.filter(({ answeredNs }) => answeredNs < operation.sentNs)
    const seen = Math.max(0, ...before.flatMap(({ answers }) => answers!.map(({ timeMs }) => timeMs)))
    this.#seenBefore.set(operation, seen)
    return seen
  }

  /** Reads that may be next, by the order in which they were asked and answered. */
  dueReads(): ReadonlyArray<Operation> {
    return this.reads.filter((read) => this.has(read) && this.isDue(read))
  }

  /** Answered commands that can be next: no answer on their accounts belongs before them, and none came before they were sent. */
  heads(): ReadonlyArray<Operation> {
    const heads = new Set<Operation>()
    for (const [index, lines] of this.#lines.entries()) {
      const start = this.#next[index]!
      for (let at = start; at < lines.length; at++) {
        const { operation, place } = lines[at]!
        if (comparePlaces(place, lines[start]!.place) !== 0) break
        if (this.has(operation) && this.isDue(operation) && this.#isFirst(operation)) heads.add(operation)
      }
    }
    return [...heads]
  }

  /** Whether nothing that was answered before it was sent, or stands before it in its call, is still without a place. */
  isDue(operation: Operation): boolean {
    const { before } = operation
    if (before?.answers !== undefined && this.has(before)) return false
    if (this.isPassed(operation)) return false
    return this.firstAnswered === undefined || operation.sentNs <= this.firstAnswered.answeredNs
  }

  /** It, and what stands behind it in its call: what has to come first, if those are to. */
  fromItsCall(operation: Operation): ReadonlyArray<Operation> {
    const successor = this.#successor.get(operation)
    return successor === undefined ? [operation] : [operation, ...this.fromItsCall(successor)]
  }

  #isFirst({ keys, answers }: Operation): boolean {
    return keys.every((key, index) => comparePlaces(answers![index]!, this.placeOn(key)!) === 0)
  }

  place(operation: Operation): void {
    this.#isPlaced.add(operation)
    this.#placed.push(operation)
    for (const [index, lines] of this.#lines.entries()) {
      let at = this.#next[index]!
      while (at < lines.length && !this.has(lines[at]!.operation)) at++
      this.#next[index] = at
    }
    while (this.#returns < this.#byReturn.length && !this.has(this.#byReturn[this.#returns]!)) this.#returns++
  }

  get position(): Position {
    return { next: [...this.#next], returns: this.#returns, placed: this.#placed.length }
  }

  goBack({ next, returns, placed }: Position): void {
    this.#next = [...next]
    this.#returns = returns
    while (this.#placed.length > placed) this.#isPlaced.delete(this.#placed.pop()!)
  }
}

/** It changes nothing, whoever asks. */
export const isRead = ({ command }: Operation): boolean => command === undefined || command.kind === "lookup"

/** On each account that both name. */
const isBehind = (other: Operation, next: Operation): boolean =>
  next.keys.every((key, index) => {
    const place = other.answers![other.keys.indexOf(key)]
    return place === undefined || comparePlaces(place, next.answers![index]!) > 0
  })

/** The ids of adjustments are a space of their own. */
const idOf = ({ command }: Operation): string =>
  command === undefined ? "" : `${command.kind === "adjust" ? "adjust" : "request"} ${command.id}`

const sortedLines = (answered: ReadonlyArray<Operation>, key: string): ReadonlyArray<Line> =>
  answered
    .flatMap((operation) => {
      const place = operation.answers![operation.keys.indexOf(key)]
      return place === undefined || !operation.keys.includes(key) ? [] : [{ operation, place }]
    })
    .toSorted((left, right) => comparePlaces(left.place, right.place))

export const comparePlaces = (left: Place, right: Place): number =>
  left.timeMs - right.timeMs || left.revision - right.revision
