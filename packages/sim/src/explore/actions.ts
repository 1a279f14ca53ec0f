/**
 * What one block of the tape makes happen.
 */
import type { Command } from "@tallystick/core/machine"

import { drawAdjust } from "../workload/adjust.ts"
import { drawBatch } from "../workload/batch.ts"
import { drawCharge, drawReserve } from "../workload/begin.ts"
import type { Client, Message } from "../workload/client.ts"
import { drawExtend, drawFinalize, drawLookup, drawRelease } from "../workload/go-on.ts"
import { jumpOf } from "../workload/jump.ts"
import type { Budget, TimeEdges } from "../workload/jump.ts"
import type { Fault, Optional } from "../workload/swarm.ts"
import type { Workload } from "../workload/workload.ts"
import type { Block } from "../world/tape.ts"
import type { Waiting } from "../world/world.ts"
import type { Network } from "./network.ts"
import type { Stage } from "./stage.ts"
import { jumpWords } from "./timeline.ts"

export interface Cast {
  readonly stage: Stage
  readonly work: Workload
  readonly network: Network
  readonly clients: ReadonlyArray<Client>
  readonly operator: Client
  readonly budget: Budget
}

type Action =
  | "reserve"
  | "finalize"
  | "release"
  | "extend"
  | "charge"
  | "deliver"
  | "jump"
  | "adjust"
  | "read"
  | "lookup"
  | "sweep"
  | "batch"

/** Shares of 255; 0 is nothing. The plainest come first, so that smaller numbers are plainer steps. */
const shares: ReadonlyArray<readonly [Action, number]> = [
  ["reserve", 58],
  ["finalize", 36],
  ["release", 20],
  ["jump", 34],
  ["extend", 26],
  ["deliver", 26],
  ["charge", 11],
  ["adjust", 20],
  ["read", 6],
  ["lookup", 6],
  ["sweep", 4],
  ["batch", 8]
]

const actions: ReadonlyArray<Action> = shares.flatMap(([action, share]) => Array.from({ length: share }, () => action))

/** In the same way, the fault of a message: nothing for most. */
const faultShares: ReadonlyArray<readonly [Fault, number]> = [
  ["none", 148],
  ["delayed", 18],
  ["lost", 12],
  ["duplicated", 18],
  ["replyLost", 16],
  ["replyDelayed", 12],
  ["crash", 12],
  ["slow", 20]
]

const faultOf: ReadonlyArray<Fault> = faultShares.flatMap(([fault, share]) =>
  Array.from({ length: share }, () => fault)
)

const optionalOf: Partial<Record<Action, Optional>> = {
  extend: "extend",
  charge: "charge",
  adjust: "adjust",
  read: "read",
  lookup: "read",
  sweep: "sweep",
  batch: "batch"
}

export function* act(cast: Cast, block: Block): Waiting<void> {
  const { stage, work, network } = cast
  const action = actions[block.what - 1]
  if (action === undefined) return
  const optional = optionalOf[action]
  if (optional !== undefined && !work.swarm.allows(optional)) return
  switch (action) {
    case "deliver": {
      const count = network.count(stage)
      if (count > 0)
        yield* network.deliver(stage, block.id < 96 ? 0 : block.id % count, block.second < 160 ? 0 : block.second % 4)
      return
    }
    case "jump":
      return yield* jump(cast, block)
    case "read":
    case "sweep":
      return yield* tend(cast, action, block)
    default:
      return yield* network.send(stage, messageOf(cast, block, action))
  }
}

/** A client that waits times out and sends the same again; only sometimes it gives up and does something else. */
const messageOf = (cast: Cast, block: Block, action: Action): Message => {
  const { stage, work, clients, operator } = cast
  const { world } = stage.parts
  const client = action === "adjust" ? operator : clients[block.who % clients.length]!
  const wanted = faultOf[block.fault] ?? "none"
  const fault = work.swarm.allowsFault(wanted) ? wanted : "none"
  const { number, lane, life, waiting } = client
  const commands =
    waiting !== null && block.who < 176 ? again(waiting, world.nowMs) : drawCommands(cast, block, action, client)
  return { client: number, lane, commands, fault, sentAtMs: world.nowMs, sent: stage.parts.history.instant(), life }
}

/** The same commands; a finalize that is charged if unknown says how long ago it was first sent. */
const again = ({ commands, sentAtMs }: Message, nowMs: number): ReadonlyArray<Command> => {
  const isDated = commands.some((command) => command.kind === "finalize" && command.ifUnknown === "charge")
  const agoMs = Math.max(0, nowMs - sentAtMs)
  if (!isDated || agoMs === 0) return commands
  return commands.map((command) =>
    command.kind === "finalize" ? { ...command, sentAgoMs: command.sentAgoMs + agoMs } : command
  )
}

const drawCommands = ({ stage, work }: Cast, block: Block, action: Action, client: Client): ReadonlyArray<Command> => {
  const { world } = stage.parts
  const nowMs = world.nowMs
  // There is nothing to go on with: an ending that comes before its reserve is one step in 16, not how most runs begin.
  if (isGoingOn(action) && work.ids.all.length === 0 && block.id < 240) return [drawReserve(work, block, nowMs)]
  // Holds of an earlier window are few, and soon ended: while there is one, every other ending is a heartbeat first.
  if ((action === "finalize" || action === "release") && block.variant % 2 === 1 && isHeldFromBefore(work))
    return [drawExtend(work, block, client, nowMs)]
  switch (action) {
    case "finalize":
      return [drawFinalize(work, block, client, nowMs)]
    case "release":
      return [drawRelease(work, block, client, nowMs)]
    case "extend":
      return [drawExtend(work, block, client, nowMs)]
    case "charge":
      return [drawCharge(work, block, nowMs)]
    case "adjust":
      return [drawAdjust(work, block, nowMs)]
    case "lookup":
      return [drawLookup(work, block, client, nowMs)]
    case "batch":
      return drawBatch(work, block, client, nowMs)
    default:
      return [drawReserve(work, block, nowMs)]
  }
}

const isHeldFromBefore = (work: Workload): boolean =>
  work.swarm.allows("extend") && work.holds.some((holds) => holds.some((hold) => hold.windowPassed))

const isGoingOn = (action: Action): boolean =>
  action === "finalize" || action === "release" || action === "extend" || action === "lookup"

function* jump({ stage, work, budget }: Cast, block: Block): Waiting<void> {
  const { world, coverage, timeline } = stage.parts
  const deadlinesInMs: Array<number> = []
  for (const list of work.holds) for (const hold of list) deadlinesInMs.push(hold.expiresInMs)
  const resetsInMs = work.state.flatMap(({ resetsInMs }) => (resetsInMs === null ? [] : [resetsInMs]))
  const edges: TimeEdges = { deadlinesInMs, resetsInMs, settings: work.swarm.settings }
  const byMs = jumpOf(block.amount, block.second, edges, budget)
  if (byMs === 0) return
  coverage.faults.timeJumps++
  const words = jumpWords(byMs)
  timeline?.add(world.nowMs, "clock", "jump", words)
  world.jump(byMs)
  yield* stage.look({ words }, false)
}

/** Somebody reads, or tidies up: neither may change an answer. */
function* tend({ stage, work }: Cast, action: "read" | "sweep", block: Block): Waiting<void> {
  const { store, timeline, world } = stage.parts
  if (action === "sweep") {
    timeline?.add(world.nowMs, "operator", "read", "operator sweeps")
    yield* stage.read(store.sweep(1 + (block.amount % 16)))
    return yield* stage.look({ words: "a sweep" }, true)
  }
  const isSlow = faultOf[block.fault] === "slow" && work.swarm.allowsFault("slow")
  const where = isSlow ? " (stops inside the store)" : ""
  timeline?.add(world.nowMs, "operator", "read", `operator reads all accounts${where}`)
  yield* stage.readBeside(isSlow)
  yield* stage.look({ words: "a read" }, true)
}
