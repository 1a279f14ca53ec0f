/**
 * One run: a tape played from its first block to its ending, in a world of its own, on a fresh store.
 */
import type { Settings } from "@tallystick/core/machine"
import type { QuotaStore } from "@tallystick/core/store"

import { Violation } from "../oracle/checks.ts"
import type { Asked } from "../oracle/checks.ts"
import { Judge } from "../oracle/judge.ts"
import type { Oracle } from "../oracle/oracle.ts"
import type { InvariantId } from "../report/model.ts"
import { numberOf } from "../workload/accounts.ts"
import { newClient } from "../workload/client.ts"
import { SequenceHash } from "../workload/hash.ts"
import { newBudget } from "../workload/jump.ts"
import { swarmOf } from "../workload/swarm.ts"
import { Workload } from "../workload/workload.ts"
import { resolved } from "../world/drive.ts"
import { Block, blockCount, STRIDE } from "../world/tape.ts"
import type { Tape } from "../world/tape.ts"
import { World } from "../world/world.ts"
import type { Waiting } from "../world/world.ts"
import { act } from "./actions.ts"
import type { Cast } from "./actions.ts"
import { RunCoverage } from "./coverage.ts"
import { end } from "./ending.ts"
import { History } from "./history.ts"
import { Network } from "./network.ts"
import { isCausedByLooking } from "./rerun.ts"
import { Stage } from "./stage.ts"
import { Timeline } from "./timeline.ts"

/** Makes the store of one run. A promise is awaited: that is for stores that leave the process. */
export type MakeStore = (settings: Settings) => QuotaStore | Promise<QuotaStore>

export interface RunOptions {
  readonly makeStore: MakeStore
  readonly newBook: (settings: Settings) => Oracle
  readonly asked: Asked
  readonly isTimed: boolean
  /** Those that are on: of two that break at once one of them is told. */
  readonly on: ReadonlySet<InvariantId>
  /** In the end, its history is searched for an order. Over a server that is always so. */
  readonly isSearched: boolean
}

export interface Run {
  readonly violation: Violation | null
  readonly coverage: RunCoverage
  readonly hash: number
  readonly timeline: Timeline | null
}

export function* playTape(tape: Tape, options: RunOptions): Waiting<Run> {
  const swarm = swarmOf(tape)
  const made = options.makeStore(swarm.settings)
  const store = yield* resolved(made)
  const world = new World(swarm.startMs, store.capabilities.atomicOver === "process")
  const judge = new Judge(options.newBook(swarm.settings), swarm.settings, numberOf, options.asked)
  const coverage = new RunCoverage()
  const hash = new SequenceHash()
  const timeline = options.isTimed ? new Timeline(swarm.startMs) : null
  const clients = Array.from({ length: swarm.clients }, (_, number) => newClient(number))
  const operator = newClient(-1)
  const network = new Network(clients, operator)
  const work = new Workload(swarm)
  const { settings, startMs } = swarm
  const { asked, on } = options
  const history = new History(coverage.histories)
  const parts = { world, store, judge, seen: work, settings, startMs, coverage, history, hash, timeline, asked, on }
  const stage = new Stage(parts, (message, outcomes) => network.answered(message, outcomes))
  const cast: Cast = { stage, work, network, clients, operator, budget: newBudget(swarm.isWobbly) }
  const run = (violation: Violation | null): Run => ({ violation, coverage, hash: hash.value, timeline })
  try {
    yield* play(tape, cast, asked)
    // Beside the trips to a server the search costs nothing.
    if (options.isSearched || !world.isInProcess) stage.search()
  } catch (error) {
    if (!(error instanceof Violation)) throw error
    const violation = yield* final(error, stage, options)
    timeline?.broke(violation)
    yield* stage.closed()
    return run(violation)
  }
  yield* stage.closed()
  return run(null)
}

function* play(tape: Tape, cast: Cast, asked: Asked): Waiting<void> {
  const block = new Block(tape)
  const count = blockCount(tape)
  yield* cast.stage.look({ words: "the beginning" }, false)
  let isEmpty = true
  for (let index = 1; index <= count; index++) {
    block.offset = index * STRIDE
    if (block.what === 0) continue
    isEmpty = false
    yield* act(cast, block)
  }
  // A tape of zeros is a run in which nothing happens, not even an ending.
  if (!isEmpty) yield* end(cast, asked)
}

/** What it is in the end: in the ending every wrong sum or admission is I8; what goes away when nobody looks is I14. */
export function* final(violation: Violation, stage: Stage, options: RunOptions): Waiting<Violation> {
  const { invariant, because } = violation
  const isEnding = stage.isEnding && (invariant === "I1" || invariant === "I2")
  const named = isEnding ? new Violation("I8", because) : violation
  if (
    invariant === "I10" ||
    invariant === "I14" ||
    invariant === "LIN" ||
    stage.hasStopped ||
    stage.hasFailed ||
    !stage.isQuiet
  )
    return named
  if (!(yield* isCausedByLooking(stage, options))) return named
  return new Violation("I14", `${because}; with the same commands at the same times, but nobody reading, all is right`)
}
