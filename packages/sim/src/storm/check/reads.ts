/**
 * Where reads may stand: each at a time when every account is as it has seen it.
 */
import { clockOf } from "./clock.ts"
import type { Operation } from "./operation.ts"
import type { Line, Pending } from "./pending.ts"
import { isSame } from "./trial.ts"
import type { Trial } from "./trial.ts"

/** A read that has seen an account when so much had taken effect on it. */
export interface Awaited {
  readonly key: string
  readonly read: Operation
  readonly effects: number
}

export class Reads {
  readonly #pending: Pending
  readonly #trial: Trial
  readonly #revisionOf: (key: string) => number

  constructor(pending: Pending, trial: Trial, revisionOf: (key: string) => number) {
    this.#pending = pending
    this.#trial = trial
    this.#revisionOf = revisionOf
  }

  /** Whether the next thing can be this read, as far as revisions tell. */
  canSee(read: Operation): boolean {
    return read.keys.every((key, index) => {
      const seen = this.#seesNow(key, read.answers![index]!)
      return seen === "yes" || seen === "perhaps"
    })
  }

  /** Between two whole seconds nothing falls due, so that a read shows the very revision. */
  #seesNow(key: string, { revision, timeMs }: Line["place"]): "yes" | "no" | "perhaps" {
    const known = this.#revisionOf(key)
    const row = this.#trial.timeOf(key)
    if (row !== undefined && timeMs < row.last) return "no"
    if (row === undefined || isSameSecond(timeMs, row.last)) return revision === known ? "yes" : "no"
    return revision < known ? "no" : "perhaps"
  }

  /** Reads, sent before this was answered, that have seen one of its accounts as it is now. */
  awaiting({ keys, answers, answeredNs }: Operation): ReadonlyArray<Awaited> {
    return keys.flatMap((key, index) =>
      this.#pending.readsOn(key).flatMap(({ operation: read, place }) => {
        if (read.sentNs > answeredNs) return []
        // One that knows nothing of the account's later time comes even before a denial.
        const isEarlier = place.timeMs < answers![index]!.timeMs && this.#trial.timeOf(key) !== undefined
        if (isEarlier) return [{ key, read, effects: -1 }]
        const seen = this.#seesNow(key, place)
        if (seen === "no" || (seen === "perhaps" && !this.#showsNow(read, key))) return []
        return [{ key, read, effects: this.#trial.effectsOn(key) }]
      })
    )
  }

  /** After something happened: what it did can hide what a read has seen. Not if it only wrote down what was due, and the read counted as done. */
  isHidden({ key, read, effects }: Awaited): boolean {
    return effects < 0 || (this.#trial.effectsOn(key) > effects && !this.#showsNow(read, key))
  }

  /** What the Book says of one account of a read, now. */
  #showsNow(read: Operation, key: string): boolean {
    const index = read.keys.indexOf(key)
    const part: Operation = {
      ...read,
      command: undefined,
      outcome: undefined,
      accounts: [read.accounts[index]!],
      keys: [key],
      answers: [read.answers![index]!]
    }
    const mark = this.#trial.mark
    const isShown = isSame(this.#trial.act(part, clockOf(part, this.#trial)), part)
    this.#trial.undo(mark)
    return isShown
  }

  /** One that shows less than there is, or an earlier time, will never find its place. */
  areTooLate(): boolean {
    return this.#pending.keys.some((key) => {
      const lastMs = this.#trial.timeOf(key)?.last ?? 0
      const known = this.#revisionOf(key)
      return this.#pending.readsOn(key).some(({ place }) => place.revision < known || place.timeMs < lastMs)
    })
  }
}

const isSameSecond = (left: number, right: number): boolean => Math.floor(left / 1_000) === Math.floor(right / 1_000)
