/**
 * The request ids of a run: few, and shared, so that commands about one id meet.
 */
import type { Charge, Reserve } from "@tallystick/core/machine"

export interface Known {
  readonly id: string
  /** What was first sent under this id; a repeat is the same object. */
  readonly made: Reserve | Charge
  /** Numbers of its accounts. */
  readonly accounts: ReadonlyArray<number>
  /** When a finalize of this id was first sent: what `sentAgoMs` counts from. null: none was. */
  finalizedMs: number | null
}

export class KnownIds {
  readonly all: Array<Known> = []

  /** The id that is new next; it stays new until something is made under it. */
  get fresh(): string {
    return `r${this.all.length + 1}`
  }

  add(made: Reserve | Charge, accounts: ReadonlyArray<number>): void {
    this.all.push({ id: made.id, made, accounts, finalizedMs: null })
  }

  find(id: string): Known | undefined {
    return this.all.find((known) => known.id === id)
  }
}
