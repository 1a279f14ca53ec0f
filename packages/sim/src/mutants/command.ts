/**
 * `tallystick mutants`: plants every bug that we have, and shows what finds it. Exit status 0 only if every one is found.
 */
import { brokenStores } from "./broken/index.ts"
import { buildStore } from "./build.ts"
import { firstDifference } from "./difference.ts"
import { hunt, huntWithout } from "./hunt.ts"
import { machineBugs } from "./machine/index.ts"
import { narrowBugs } from "./narrow/index.ts"
import type { Patch } from "./patch.ts"
import { tallyOf, tallyOfBook, tallyOfOthers } from "./tally.ts"
import type { Tally } from "./tally.ts"

export interface MutantsArguments {
  /** How many seeds, from 1 on. Default: 10. */
  readonly seeds?: number | undefined
  /** Runs of the explorer, and programs for the Book, from each seed. Default: 2,000. */
  readonly runs?: number | undefined
  /** Only the bugs whose name has this in it. */
  readonly only?: string | undefined
  readonly write: (text: string) => void
  /** Ends it after the bug at hand. */
  readonly signal?: AbortSignal | undefined
}

export const DEFAULT_SEEDS = 10
export const DEFAULT_RUNS = 2_000

/** Resolves to the exit status: 1 if a bug was missed. */
export const run = async (args: MutantsArguments): Promise<0 | 1> => {
  const { runs = DEFAULT_RUNS, only = "", write, signal } = args
  const seeds = Array.from({ length: args.seeds ?? DEFAULT_SEEDS }, (_, index) => index + 1)
  let tried = 0
  let missed = 0
  for (const { title, patches, look } of parts) {
    const asked = patches.filter((patch) => patch.name.includes(only))
    if (asked.length === 0) continue
    write(`${title}\n`)
    for (const patch of asked) {
      if (signal?.aborted === true) return 1
      const tallies = await look(patch, seeds, runs)
      for (const { line } of tallies) write(`  ${line}\n`)
      tried++
      if (!tallies.every((tally) => tally.isGood)) missed++
    }
    write("\n")
  }
  if (tried === 0) {
    write(`no bug has "${only}" in its name\n`)
    return 1
  }
  write(missed === 0 ? `all ${tried} bugs found\n` : `${missed} of ${tried} bugs missed\n`)
  return missed === 0 ? 0 : 1
}

type Look = (patch: Patch, seeds: ReadonlyArray<number>, runs: number) => Promise<ReadonlyArray<Tally>>

const byTheBook: Look = async (patch, seeds, runs) => {
  const make = await buildStore(patch)
  return [
    tallyOfBook(
      patch.name,
      seeds.map((seed) => firstDifference(make, seed, runs)?.program)
    )
  ]
}

const byTheExplorer: Look = async (patch, seeds, runs) => {
  const make = await buildStore(patch)
  return [tallyOf(patch.name, await hunt({ make, seeds, runs }))]
}

/** A quarter of the runs for what must find nothing: they all take their time, while a search ends when it has found. */
const SHARE_OF_OTHERS = 4

const byOneInvariant: Look = async (patch, seeds, runs) => {
  const make = await buildStore(patch)
  const found = await hunt({ make, seeds, runs })
  const others = await huntWithout(patch, make, found, Math.ceil(runs / SHARE_OF_OTHERS))
  return [tallyOf(patch.name, found), tallyOfOthers(others)]
}

const parts: ReadonlyArray<{ readonly title: string; readonly patches: ReadonlyArray<Patch>; readonly look: Look }> = [
  { title: "bugs of the machine, by the Book", patches: machineBugs, look: byTheBook },
  { title: "broken stores, by the explorer", patches: brokenStores, look: byTheExplorer },
  {
    title: "bugs of one invariant each, by the explorer, and with that invariant off",
    patches: narrowBugs,
    look: byOneInvariant
  }
]
