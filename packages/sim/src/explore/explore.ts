/**
 * The search: run after run of a seed, until one breaks an invariant; then the shortest run that breaks the same.
 */
import { invariantIds, newAsked } from "../oracle/checks.ts"
import type { Asked } from "../oracle/checks.ts"
import { Book } from "../oracle/book.ts"
import { MOST_OPERATIONS } from "../report/model.ts"
import type { ExploreReport, Failure, InvariantId } from "../report/model.ts"
import { loadStore } from "../stores.ts"
import type { LoadedStore } from "../stores.ts"
import { turn } from "../turn.ts"
import { drive, resolved } from "../world/drive.ts"
import { encodeTape } from "../world/tape.ts"
import type { Tape } from "../world/tape.ts"
import type { Waiting } from "../world/world.ts"
import { Coverage } from "./coverage.ts"
import { shrinkable, tapeOf } from "./generate.ts"
import { playTape } from "./run.ts"
import type { MakeStore, Run, RunOptions } from "./run.ts"
import { playScenario } from "./scenario/play.ts"
import type { Scenario } from "./scenario/scenario.ts"
import { shrink } from "./shrink.ts"

export interface ExploreOptions {
  /** "memory" (default), "./file.ts", or a function that makes a fresh, empty store. */
  readonly store?: string | MakeStore | undefined
  /** Default: 20,000. */
  readonly runs?: number | undefined
  /** Default: 1. The same seed gives the same runs. */
  readonly seed?: number | undefined
  /** Those that are on; default: all. A run in which another one breaks ends there, without a failure. */
  readonly invariants?: ReadonlyArray<InvariantId> | undefined
  /** Only this tape, once. */
  readonly tape?: Tape | undefined
  readonly onProgress?: ((progress: ExploreProgress) => void) | undefined
  /** Your own promise code, run by several clients at once; then the tape only says who goes on. */
  readonly scenario?: Scenario | undefined
  /** Of a scenario. Default: 2. */
  readonly clients?: number | undefined
  /** Of a scenario: answers get lost and clients crash, too. Default: false. */
  readonly faults?: boolean | undefined
  /** Of a scenario: a direct charge may go beyond the limit. Default: false, that is I1. */
  readonly allowsDebt?: boolean | undefined
  /** Of a scenario: how many decisions the tape of a run has at most. Default: 40. */
  readonly blocks?: number | undefined
  /** Ends the search; the report is of the runs until then. */
  readonly signal?: AbortSignal | undefined
}

export interface ExploreProgress {
  readonly runs: number
  readonly of: number
  readonly messages: number
  readonly interleavings: number
  readonly checks: number
  /** Something broke, and is being made smaller. */
  readonly isShrinking: boolean
}

/** Every so manieth run is searched for an order of all its answers, also where none overlapped inside the store. */
const RUNS_PER_SEARCH = 16

/** Runs between two turns of the event loop: some 50 ms. */
const RUNS_PER_TURN = 128

export const explore = async (options: ExploreOptions = {}): Promise<ExploreReport> => {
  const loaded = await storeOf(options.store)
  try {
    return await searchIn(loaded, options)
  } finally {
    await loaded.close()
  }
}

const searchIn = async (loaded: LoadedStore, options: ExploreOptions): Promise<ExploreReport> => {
  const { runs = 20_000, seed = 1, signal, onProgress } = options
  const search = new Search(
    loaded,
    seed,
    new Set(options.invariants ?? invariantIds),
    playerOf(options, loaded),
    options.blocks ?? loaded.scenario?.blocks
  )
  let done = 0
  const progress = (isShrinking: boolean): void =>
    onProgress?.({ ...search.progress, runs: done, of: runs, isShrinking })
  if (options.tape !== undefined) {
    await search.play(options.tape, undefined)
    return search.report(1)
  }
  const isStopped = (): boolean => search.failure !== null || signal?.aborted === true
  while (done < runs && !isStopped()) {
    const until = Math.min(runs, done + RUNS_PER_TURN)
    while (done < until && search.failure === null) {
      const isBroken = search.play(tapeOf(seed, done, search.blocks), done)
      done++
      if (isBroken instanceof Promise) await isBroken
    }
    progress(search.failure !== null)
    await turn()
  }
  return search.report(done)
}

const storeOf = async (store: string | MakeStore | undefined): Promise<LoadedStore> =>
  typeof store === "function"
    ? { name: store.name === "" ? "a function" : store.name, makeStore: store, close: async () => {} }
    : loadStore(store ?? "memory")

/** Plays a tape: in the simulator's own world, or by a scenario. */
type Player = (tape: Tape, options: RunOptions) => Run | Promise<Run>

const playerOf = (options: ExploreOptions, loaded: LoadedStore): Player => {
  const { scenario, clients = 2, faults = false, allowsDebt = false } = options
  const played = scenario === undefined ? loaded.scenario : { scenario, clients, faults, allowsDebt }
  return played === undefined
    ? (tape, options) => drive(playTape(tape, options))
    : async (tape, options) => playScenario(tape, options, played)
}

class Search {
  readonly asked: Asked = newAsked()
  readonly coverage = new Coverage()
  failure: Failure | null = null
  readonly #loaded: LoadedStore
  readonly #seed: number
  readonly #on: ReadonlySet<InvariantId>
  readonly #player: Player
  /** Decisions of a run at most; undefined: as many as usual. */
  readonly blocks: number | undefined

  constructor(
    loaded: LoadedStore,
    seed: number,
    on: ReadonlySet<InvariantId>,
    player: Player,
    blocks: number | undefined
  ) {
    this.blocks = blocks
    this.#player = player
    this.#loaded = loaded
    this.#seed = seed
    this.#on = on
  }

  get progress(): Pick<ExploreProgress, "messages" | "interleavings" | "checks"> {
    const { messages, interleavings } = this.coverage
    return { messages, interleavings: interleavings.size, checks: this.asked.reduce((sum, count) => sum + count, 0) }
  }

  /** One run; waits only if the store does. */
  play(tape: Tape, run: number | undefined): void | Promise<void> {
    const isSearched = run === undefined || run % RUNS_PER_SEARCH === 0
    const played = this.#run(tape, { asked: this.asked, isTimed: false, on: this.#on, isSearched })
    return played instanceof Promise
      ? played.then((result) => this.#ended(result, tape, run))
      : this.#ended(played, tape, run)
  }

  #run(tape: Tape, options: Omit<RunOptions, "makeStore" | "newBook">): Run | Promise<Run> {
    return this.#player(tape, { makeStore: this.#loaded.makeStore, newBook, ...options })
  }

  #ended({ violation, coverage, hash }: Run, tape: Tape, run: number | undefined): void | Promise<void> {
    this.coverage.add(coverage, hash)
    if (violation === null || !this.#on.has(violation.invariant)) return
    return this.#fail(violation.invariant, tape, run)
  }

  async #fail(invariant: InvariantId, tape: Tape, run: number | undefined): Promise<void> {
    const scrap = { asked: newAsked(), on: new Set([invariant]), isSearched: true }
    const play = (candidate: Tape): Run | Promise<Run> => this.#run(candidate, { ...scrap, isTimed: false })
    const breaks = function* (candidate: Tape): Waiting<boolean> {
      const { violation } = yield* resolved(play(candidate))
      return violation?.invariant === invariant
    }
    const first = run === undefined ? undefined : shrinkable(this.#seed, run, this.blocks)
    const smallest = run === undefined ? tape : await drive(shrink(first, tape, breaks))
    const { timeline, violation } = await this.#run(smallest, { ...scrap, isTimed: true })
    this.failure = {
      invariant,
      because: violation?.because ?? "it does not break again with the same tape: the store is not deterministic",
      seed: this.#seed,
      tape: smallest,
      steps: timeline?.lines ?? [],
      replay: `tallystick explore --store ${this.#loaded.name} --seed ${this.#seed} --tape ${encodeTape(smallest)}`
    }
  }

  report(runs: number): ExploreReport {
    const { failure, coverage, asked } = this
    return {
      command: "explore",
      ok: failure === null,
      store: this.#loaded.name,
      seed: this.#seed,
      runs,
      messages: coverage.messages,
      interleavings: coverage.interleavings.size,
      faults: coverage.faults,
      answers: coverage.answers,
      invariants: invariantIds.map((id, index) => ({
        id,
        checks: asked[index + 1]!,
        violations: failure?.invariant === id ? 1 : 0
      })),
      histories: { ...coverage.histories, mostOperations: MOST_OPERATIONS },
      failure
    }
  }
}

const newBook = (settings: ConstructorParameters<typeof Book>[0]): Book => new Book(settings)
