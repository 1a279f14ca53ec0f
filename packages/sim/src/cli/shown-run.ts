/**
 * One run with its timeline: of a tape, or of a seed the one that is most worth looking at.
 */
import { tapeOf } from "../explore/generate.ts"
import { playTape } from "../explore/run.ts"
import { Book } from "../oracle/book.ts"
import { newAsked } from "../oracle/checks.ts"
import type { Step } from "../report/model.ts"
import { loadStore } from "../stores.ts"
import { drive } from "../world/drive.ts"
import { encodeTape, type Tape } from "../world/tape.ts"

export interface ShownRun {
  readonly steps: ReadonlyArray<Step>
  /** The command that plays it again. */
  readonly replay: string
}

/** Of how many runs of a seed one is chosen: some 20 ms. */
const CANDIDATES = 100

/** As many steps as a screen shows. */
const LONGEST = 18

export const runOfTape = async (store: string, seed: number, tape: Tape): Promise<ShownRun> => {
  const { makeStore } = await loadStore(store)
  const newBook = (settings: ConstructorParameters<typeof Book>[0]): Book => new Book(settings)
  const { timeline } = await drive(playTape(tape, { makeStore, newBook, asked: newAsked(), isTimed: true }))
  const replay = `tallystick explore --store ${store} --seed ${seed} --tape ${encodeTape(tape)}`
  return { steps: timeline?.lines ?? [], replay }
}

/** The one with the most kinds of things in it that fits on a screen. */
export const interestingRun = async (store: string, seed: number): Promise<ShownRun> => {
  let best = await runOfTape(store, seed, tapeOf(seed, 0))
  for (let run = 1; run < CANDIDATES; run++) {
    const shown = await runOfTape(store, seed, tapeOf(seed, run))
    if (worth(shown.steps) > worth(best.steps)) best = shown
  }
  return best
}

/** Different answers, faults and lanes; a run that is cut off at the end of the screen counts half. */
const worth = (steps: ReadonlyArray<Step>): number => {
  const kinds = new Set(
    steps.flatMap(({ lane, kind, text, answer }) => [
      lane,
      kind === "fault" ? (/\([^()]*\)$/.exec(text)?.[0] ?? text) : kind,
      answer?.split(/[:;]/)[0] ?? ""
    ])
  )
  return steps.length > LONGEST ? kinds.size / 2 : kinds.size
}
