/**
 * One run with its timeline: of a tape, or of a seed the one that is most worth looking at.
 */
import { tapeOf } from "../explore/generate.ts"
import { playTape } from "../explore/run.ts"
import { playScenario } from "../explore/scenario/play.ts"
import { Book } from "../oracle/book.ts"
import { invariantIds, newAsked } from "../oracle/checks.ts"
import type { Step } from "../report/model.ts"
import { changedAccounts } from "../report/step-text.ts"
import { type LoadedStore, loadStore } from "../stores.ts"
import { drive } from "../world/drive.ts"
import { encodeTape, type Tape } from "../world/tape.ts"

export interface ShownRun {
  readonly steps: ReadonlyArray<Step>
  /** The command that plays it again. */
  readonly replay: string
}

/** Of how many runs of a seed one is chosen: some 200 ms. */
const CANDIDATES = 500

/** As many steps as a screen shows. */
const LONGEST = 18

export const runOfTape = async (store: string, seed: number, tape: Tape): Promise<ShownRun> =>
  within(store, (loaded) => play(loaded, seed, tape))

/** Of the runs of a seed that fit on a screen, the one in which most happens. */
export const interestingRun = async (store: string, seed: number): Promise<ShownRun> =>
  within(store, (loaded) => most(loaded, seed))

const within = async <A>(store: string, act: (loaded: LoadedStore) => Promise<A>): Promise<A> => {
  const loaded = await loadStore(store)
  try {
    return await act(loaded)
  } finally {
    await loaded.close()
  }
}

const most = async (loaded: LoadedStore, seed: number): Promise<ShownRun> => {
  let best = await play(loaded, seed, tapeOf(seed, 0))
  // Those of a scenario fit on no screen.
  for (let run = 1; run < CANDIDATES && loaded.scenario === undefined; run++) {
    const shown = await play(loaded, seed, tapeOf(seed, run))
    if (worth(shown.steps) > worth(best.steps)) best = shown
  }
  return best
}

const play = async ({ name, makeStore, scenario }: LoadedStore, seed: number, tape: Tape): Promise<ShownRun> => {
  const newBook = (settings: ConstructorParameters<typeof Book>[0]): Book => new Book(settings)
  const options = { makeStore, newBook, asked: newAsked(), isTimed: true, on: new Set(invariantIds), isSearched: true }
  const { timeline } =
    scenario === undefined ? await drive(playTape(tape, options)) : await playScenario(tape, options, scenario)
  return { steps: timeline?.lines ?? [], replay: replayCommand(name, seed, tape) }
}

const replayCommand = (store: string, seed: number, tape: Tape): string =>
  `tallystick explore --store ${store} --seed ${seed} --tape ${encodeTape(tape)}`

/** Faults of different kinds, answers that moved something, each kind of them once, and changes of the numbers. */
const worth = (steps: ReadonlyArray<Step>): number => {
  if (steps.length > LONGEST) return 0
  const faults = new Set(steps.filter(({ kind }) => kind === "fault").map(({ text }) => /\([^()]*\)$/.exec(text)?.[0]))
  const answers = steps.flatMap(({ answer }) => answer?.split(/[:;,]/)[0] ?? [])
  const moving = answers.filter((answer) => !/^(unknown|conflict|ended|found|not applied|undecidable)/.test(answer))
  const changes = changedAccounts(steps).filter((accounts) => accounts.length > 0).length
  return 2 * faults.size + 3 * new Set(moving).size + changes
}
