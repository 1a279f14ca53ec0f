/**
 * Counts how often each invariant was asked and how often it broke, and keeps the first sentence that says why.
 */
import type { InvariantCount, InvariantId } from "../report/model.ts"

/** Those that can be told from a store's answers alone. */
export const replayInvariants = [
  "I1",
  "I2",
  "I3",
  "I4",
  "I5",
  "I7",
  "I8",
  "I11",
  "I12"
] as const satisfies Array<InvariantId>

export type ReplayInvariant = (typeof replayInvariants)[number]

export interface Broken {
  readonly invariant: ReplayInvariant
  readonly because: string
}

export class Checks {
  readonly #counts = new Map<ReplayInvariant, { checks: number; violations: number }>(
    replayInvariants.map((id) => [id, { checks: 0, violations: 0 }])
  )
  #first: Broken | null = null

  /** `because` is only made when it does not hold. */
  that(invariant: ReplayInvariant, holds: boolean, because: () => string): void {
    const count = this.#counts.get(invariant)
    if (count === undefined) return
    count.checks++
    if (holds) return
    count.violations++
    this.#first ??= { invariant, because: because() }
  }

  get first(): Broken | null {
    return this.#first
  }

  get counts(): ReadonlyArray<InvariantCount> {
    return [...this.#counts].map(([id, count]) => ({ id, ...count }))
  }
}
