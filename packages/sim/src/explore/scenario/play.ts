/**
 * One run of a scenario: a turn of the event loop per step, and the tape says who goes on.
 */
import { defaultSettings } from "@tallystick/core/machine"
import type { Outcome } from "@tallystick/core/machine"

import { must, Violation } from "../../oracle/checks.ts"
import { Judge } from "../../oracle/judge.ts"
import { turn } from "../../turn.ts"
import type { Message } from "../../workload/client.ts"
import { SequenceHash } from "../../workload/hash.ts"
import { drive } from "../../world/drive.ts"
import { Block, STRIDE } from "../../world/tape.ts"
import type { Tape } from "../../world/tape.ts"
import { World } from "../../world/world.ts"
import { RunCoverage } from "../coverage.ts"
import { pass } from "../ending.ts"
import { History } from "../history.ts"
import { final } from "../run.ts"
import type { Run, RunOptions } from "../run.ts"
import { Stage } from "../stage.ts"
import { jumpWords, Timeline } from "../timeline.ts"
import { ScenarioAccounts } from "./accounts.ts"
import { clientStore } from "./client-store.ts"
import { Gates } from "./gates.ts"
import type { ScenarioClient, ScenarioOptions } from "./scenario.ts"
import { ScenarioViolation } from "./violation.ts"

const START_MS = 1_767_614_400_000

/** Steps of one run: a scenario that takes more goes round in circles. */
const MAX_STEPS = 5_000

/** Turns without anything new after which the scenario counts as waiting. Effect's own scheduler takes one turn for a yield. */
const QUIET_TURNS = 4

/** And after which it counts as hanging, where nothing waits that this world could open. */
const HANG_TURNS = 64

export const playScenario = async (tape: Tape, options: RunOptions, scenario: ScenarioOptions): Promise<Run> => {
  const seen = new ScenarioAccounts()
  const world = new World(START_MS, true)
  const coverage = new RunCoverage()
  const hash = new SequenceHash()
  const timeline = options.isTimed ? new Timeline(START_MS) : null
  const store = await options.makeStore(defaultSettings)
  const judge = new Judge(options.newBook(defaultSettings), defaultSettings, seen.numberOf, options.asked)
  const parts = {
    world,
    store,
    judge,
    seen,
    settings: defaultSettings,
    startMs: START_MS,
    coverage,
    hash,
    timeline,
    history: new History(coverage.histories),
    asked: options.asked,
    on: options.on
  }
  const stage = new Stage(parts, (message, outcomes) => {
    if (!scenario.allowsDebt) for (const outcome of outcomes) checkDebt(message, outcome)
  })
  const result = (violation: Violation | null): Run => ({ violation, coverage, hash: hash.value, timeline })
  try {
    await new Play(tape, stage, scenario).run()
    await drive(pass(stage, options.asked, Math.max(1_000, stage.lastDeadlineMs + 1_000 - world.nowMs)))
    if (options.isSearched) stage.search()
  } catch (error) {
    if (!(error instanceof Violation)) throw error
    const violation = error instanceof ScenarioViolation ? error : await drive(final(error, stage, options))
    timeline?.broke(violation)
    return result(violation)
  }
  return result(null)
}

class Play {
  readonly #gates = new Gates()
  readonly #stage: Stage
  readonly #options: ScenarioOptions
  readonly #block: Block
  #left: number
  #failure: Error | undefined = undefined
  #ids = 0

  constructor(tape: Tape, stage: Stage, options: ScenarioOptions) {
    this.#block = new Block(tape)
    this.#stage = stage
    this.#options = options
    this.#left = options.clients
  }

  async run(): Promise<void> {
    const { world } = this.#stage.parts
    for (let index = 0; index < this.#options.clients; index++) this.#start(index)
    for (let steps = MAX_STEPS; ; steps--) {
      await this.#settle()
      if (this.#failure !== undefined) throw this.#failure
      if (this.#left === 0) return
      must(steps > 0, "I10", () => `the scenario did not end within ${MAX_STEPS} steps`)
      const ready = this.#gates.ready(world.nowMs)
      if (ready.length > 0) {
        const gate = ready[this.#next().what % ready.length]!
        this.#gates.remove(gate)
        this.#stage.parts.timeline?.add(
          world.nowMs,
          `c${gate.client + 1}`,
          gate.atMs === null ? "send" : "deliver",
          gate.words
        )
        await gate.open(this.#block.fault)
      } else this.#passTime()
    }
  }

  /** The next block of the tape: one decision. */
  #next(): Block {
    this.#block.offset += STRIDE
    return this.#block
  }

  /** Nobody can go on: time passes until a sleeper wakes. */
  #passTime(): void {
    const { world, timeline, coverage } = this.#stage.parts
    const earliest = this.#gates.earliest()
    if (earliest === undefined)
      throw new Violation("I10", "the scenario waits for something that is not in this world, or for itself")
    coverage.faults.timeJumps++
    timeline?.add(world.nowMs, "clock", "jump", jumpWords(earliest - world.nowMs))
    world.jump(earliest - world.nowMs)
  }

  /** Turns of the event loop until nothing new happens; more of them while nothing waits that could be opened. */
  async #settle(): Promise<void> {
    const { world } = this.#stage.parts
    let quiet = 0
    while (quiet < QUIET_TURNS || (quiet < HANG_TURNS && this.#left > 0 && this.#isStuck(world.nowMs))) {
      const { arrivals } = this.#gates
      const left = this.#left
      await turn()
      quiet = arrivals === this.#gates.arrivals && left === this.#left ? quiet + 1 : 0
      if (this.#failure !== undefined) return
    }
  }

  #isStuck(nowMs: number): boolean {
    return this.#gates.ready(nowMs).length === 0 && this.#gates.earliest() === undefined
  }

  #start(index: number): void {
    let isGone = false
    const gone = (): void => {
      if (isGone) return
      isGone = true
      this.#left--
      this.#gates.removeAll(index)
    }
    const fail = (error: unknown): void => {
      if (isGone) return
      gone()
      this.#failure ??= asViolation(error, index)
    }
    this.#options.scenario(this.#client(index, gone, fail)).then(gone, fail)
  }

  #client(index: number, crash: () => void, broke: (error: unknown) => void): ScenarioClient {
    const { world } = this.#stage.parts
    const parts = {
      stage: this.#stage,
      gates: this.#gates,
      client: index,
      hasFaults: this.#options.faults,
      crash,
      broke
    }
    const after = (ms: number, wake: () => void, words = "wakes"): (() => void) => {
      const gate = { client: index, words: `c${index + 1} ${words}`, atMs: Math.ceil(world.nowMs + ms), open: wake }
      this.#gates.add(gate)
      return () => this.#gates.remove(gate)
    }
    const now = (): number => world.nowMs
    return {
      index,
      store: clientStore(parts),
      runtime: {
        clock: { nowMs: now, after: (ms, wake) => after(ms, wake) },
        newId: () => `id${++this.#ids}`,
        closesStore: false
      },
      now,
      sleep: (ms, words) => new Promise((resolve) => after(ms, resolve, words)),
      pick: (below) => this.#next().what % below
    }
  }
}

/** I1: nobody denies a charge, so it can overspend; of a scenario that is worth knowing. */
const checkDebt = ({ lane }: Message, outcome: Outcome): void => {
  if (outcome._tag !== "Charged" || outcome.replayed) return
  for (const [index, { account, used, limit, debt }] of outcome.accounts.entries()) {
    const amount = outcome.legs[index]!.debited
    if (debt > 0)
      throw new ScenarioViolation(
        "I1",
        `${lane}'s charge ${outcome.id} of ${amount} on ${account} made used ${used} of limit ${limit}`
      )
  }
}

/** What a scenario throws is its own assertion. */
const asViolation = (error: unknown, client: number): Error => {
  if (error instanceof Violation) return error
  const words = error instanceof Error ? `${error.name}: ${error.message}` : String(error)
  return new ScenarioViolation("I9", `the scenario of c${client + 1} threw ${words}`)
}
