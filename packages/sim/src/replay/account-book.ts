/**
 * What one account's numbers must be, computed from the requests of the replay and not from the store's sums: the open holds
 * one by one, and what the endings debited.
 *
 * The store decides two things that it takes over from the answers: how far the account's time is, and in which period it is.
 */
import type { Settle } from "@tallystick/core"

export interface HoldNote {
  readonly id: string
  readonly settle: Settle
  readonly period: number
  held: number
  measured: number
  /** In the account's time. */
  deadlineMs: number
  /** It has ended or expired: what is held by it counts no more. */
  isGone: boolean
}

export class AccountBook {
  period: number
  used = 0
  readonly #holds = new Map<string, HoldNote>()
  /** Expired and not ended, with what the expiry debited. */
  readonly #expired = new Map<string, { readonly note: HoldNote; readonly debited: number }>()

  constructor(period: number) {
    this.period = period
  }

  get reserved(): number {
    let sum = 0
    for (const note of this.#holds.values()) if (note.period === this.period) sum += note.held
    return sum
  }

  /** Time has come to `timeMs`: what is due expires, then the account is in `period`. */
  pass(timeMs: number, period: number): void {
    for (const [id, note] of this.#holds) {
      if (note.deadlineMs > timeMs) continue
      const debited = costOfExpiry(note)
      if (note.period === this.period) this.used += debited
      note.isGone = true
      this.#holds.delete(id)
      this.#expired.set(id, { note, debited })
    }
    if (period !== this.period) this.used = 0
    this.period = period
  }

  hold(note: HoldNote): void {
    this.#holds.set(note.id, note)
  }

  note(id: string): HoldNote | undefined {
    return this.#holds.get(id)
  }

  /** The request ends at `actual` (undefined: at what was measured); gives what that debits. undefined: it is not known here. */
  end(id: string, actual: number | undefined): number | undefined {
    const live = this.#holds.get(id)
    const expired = this.#expired.get(id)
    const note = live ?? expired?.note
    if (note === undefined) return undefined
    const debited = debitOf(note, actual)
    if (note.period !== this.period) this.used += Math.max(0, debited - note.held)
    else if (expired === undefined) this.used += debited
    else this.used = Math.max(0, this.used + debited - expired.debited)
    note.isGone = true
    this.#holds.delete(id)
    this.#expired.delete(id)
    return debited
  }
}

const debitOf = (note: HoldNote, actual: number | undefined): number => {
  if (note.settle === "actual") return actual ?? note.measured
  return note.settle === "held" ? note.held : 0
}

/** By `charge-measured`, which every request of the replay has. */
const costOfExpiry = (note: HoldNote): number => {
  if (note.settle === "actual") return Math.min(note.measured, note.held)
  return note.settle === "held" ? note.held : 0
}
