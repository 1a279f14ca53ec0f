/**
 * What a storm has to say: the same data for the terminal and for `--json`.
 */
import type { InvariantId } from "./model.ts"

export interface StormFailure {
  readonly invariant: InvariantId
  /**
   * `lost`: the store forgot what it had acknowledged. `wrong`: an answer that no order explains. `undecided`: the search was given up, which counts as
   * a failure. `audit`: the rows do not add up. `run`: something besides, such as a process that ended by itself.
   */
  readonly kind: "lost" | "wrong" | "undecided" | "audit" | "run"
  readonly because: string
}

export interface StormReport {
  readonly command: "storm"
  readonly ok: boolean
  /** As it was given, without its password. */
  readonly store: string
  readonly seed: number
  readonly seconds: number
  readonly processes: number
  readonly fibers: number
  /** Commands and reads that were sent, and those of which nobody knows whether they happened, or that did not. */
  readonly commands: number
  readonly unanswered: number
  readonly notApplied: number
  readonly sets: number
  readonly auditChecks: number
  readonly faults: Readonly<Record<string, number>>
  readonly answers: Readonly<Record<string, number>>
  readonly failures: ReadonlyArray<StormFailure>
  /** The file that has all calls and answers, to be judged again: of a storm that failed. */
  readonly kept: string | null
}
