/**
 * Lets the explorer look for a planted bug, seed by seed.
 */
import type { InvariantId } from "../report/model.ts"
import { explore } from "../explore/explore.ts"
import { invariantIds } from "../oracle/checks.ts"
import type { MakeStore } from "./build.ts"
import type { Patch } from "./patch.ts"

/** What one seed showed. */
export interface Found {
  readonly seed: number
  /** After how many runs it was found; null: it was not. */
  readonly runs: number | null
  /** Which invariant broke. */
  readonly invariant: InvariantId | null
  /** Lines of the shortest timeline that breaks the same. */
  readonly steps: number
  readonly because: string
}

export interface HuntOptions {
  readonly make: MakeStore
  readonly seeds: ReadonlyArray<number>
  readonly runs: number
  /** Those that are on; default: all. */
  readonly invariants?: ReadonlyArray<InvariantId> | undefined
}

export const hunt = async ({ make, seeds, runs, invariants }: HuntOptions): Promise<ReadonlyArray<Found>> => {
  const found: Array<Found> = []
  for (const seed of seeds) {
    const report = await explore({ store: make, seed, runs, invariants })
    const { failure } = report
    found.push({
      seed,
      runs: failure === null ? null : report.runs,
      invariant: failure?.invariant ?? null,
      steps: failure?.steps.length ?? 0,
      because: failure?.because ?? ""
    })
  }
  return found
}

/** The same seeds with the patch's invariant off: each for the runs that found it, and for `atLeast` runs. */
export const huntWithout = async (
  { expects }: Patch,
  make: MakeStore,
  found: ReadonlyArray<Found>,
  atLeast: number
): Promise<ReadonlyArray<Found>> => {
  const invariants = invariantIds.filter((id) => id !== expects)
  const others: Array<Found> = []
  for (const { seed, runs } of found) {
    others.push(...(await hunt({ make, seeds: [seed], runs: Math.max(runs ?? 0, atLeast), invariants })))
  }
  return others
}
