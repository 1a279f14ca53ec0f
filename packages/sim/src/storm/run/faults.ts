/**
 * What goes wrong in a storm, and how often.
 */
import { setTimeout as sleep } from "node:timers/promises"

import { Random } from "../../replay/random.ts"
import type { Place } from "../places/place.ts"
import type { Action, Decide, Proxy } from "../proxy/index.ts"
import type { Server } from "./server.ts"
import type { Worker } from "./workers.ts"

export const faultKinds = ["cuts", "delays", "kills", "stops", "flushes", "server"] as const
export type FaultKind = (typeof faultKinds)[number]

/** How often each thing was done. */
export type FaultCounts = Record<
  | "cut"
  | "answerLost"
  | "silence"
  | "delayed"
  | "allCut"
  | "processKilled"
  | "processStopped"
  | "scriptsFlushed"
  | "serverKilled",
  number
>

export const noFaults = (): FaultCounts => ({
  cut: 0,
  answerLost: 0,
  silence: 0,
  delayed: 0,
  allCut: 0,
  processKilled: 0,
  processStopped: 0,
  scriptsFlushed: 0,
  serverKilled: 0
})

/** Of a thousand requests: connections cut before, or instead of the answer; connections that fall silent; requests that are held back. */
const CUT = 2
const ANSWER_LOST = 4
const SILENT = 0.5
const DELAYED = 20
const MAX_DELAY_MS = 120

/** Milliseconds between two faults of a kind: from half of it to one and a half. */
const every: Readonly<
  Record<"allCut" | "processKilled" | "processStopped" | "scriptsFlushed" | "serverKilled", number>
> = {
  allCut: 4_000,
  processKilled: 2_500,
  processStopped: 3_000,
  scriptsFlushed: 300,
  serverKilled: 6_000
}

const MAX_STOP_MS = 1_500

export interface Targets {
  readonly kinds: ReadonlyArray<FaultKind>
  readonly seed: number
  readonly proxy: Proxy | undefined
  readonly workers: ReadonlyArray<Worker>
  readonly place: Place
  readonly server: Pick<Server, "kill" | "start"> | undefined
  readonly counts: FaultCounts
}

/** Makes things go wrong until it is told to stop; resolves when everything stands again. */
export const makeFaults = async (targets: Targets, signal: AbortSignal): Promise<void> => {
  const { kinds, proxy, workers, place, server, counts } = targets
  const has = (kind: FaultKind): boolean => kinds.includes(kind)
  if (proxy !== undefined) proxy.decide = decideWith(targets, signal)
  const some = (random: Random) => workers[Math.floor(random.fraction() * workers.length)]
  const loop = async (name: keyof typeof every, act: (random: Random) => Promise<void>): Promise<void> => {
    const random = new Random(targets.seed, 1 + Object.keys(every).indexOf(name))
    while (await waited(every[name] * (0.5 + random.fraction()), signal)) {
      counts[name]++
      await act(random)
    }
  }
  const { flushScripts } = place
  await Promise.all([
    has("cuts") && proxy !== undefined && loop("allCut", async () => proxy.cut()),
    has("kills") && workers.length > 0 && loop("processKilled", async (random) => some(random)?.killAndRestart()),
    has("stops") && workers.length > 0 && loop("processStopped", (random) => stop(some(random), random)),
    // A server that is down just now forgets its scripts anyway.
    has("flushes") && flushScripts !== undefined && loop("scriptsFlushed", () => flushScripts().catch(() => {})),
    has("server") &&
      server !== undefined &&
      loop("serverKilled", async () => {
        await server.kill()
        await server.start()
      })
  ])
  if (proxy !== undefined) proxy.decide = () => "forward"
}

const stop = async (worker: Worker | undefined, random: Random): Promise<void> => {
  if (worker?.isRunning === true) await worker.stopFor(MAX_STOP_MS * random.positive())
}

/** False: it is over. */
const waited = async (ms: number, signal: AbortSignal): Promise<boolean> => {
  await sleep(ms, undefined, { signal }).catch(() => {})
  return !signal.aborted
}

const decideWith = ({ kinds, seed, counts }: Targets, signal: AbortSignal): Decide => {
  const random = new Random(seed, 99)
  const cuts = kinds.includes("cuts")
  const delays = kinds.includes("delays")
  const silences: ReadonlyArray<Action> = ["swallow", "stall", "lose-answer"]
  return () => {
    let dice = random.fraction() * 1_000
    if (cuts && (dice -= CUT) < 0) return (counts.cut++, "cut")
    if (cuts && (dice -= ANSWER_LOST) < 0) return (counts.answerLost++, "cut-answer")
    if (cuts && (dice -= SILENT) < 0) {
      counts.silence++
      return silences[Math.floor(random.fraction() * silences.length)]!
    }
    if (!delays || (dice -= DELAYED) >= 0) return "forward"
    counts.delayed++
    return sleep(random.fraction() * MAX_DELAY_MS, "forward" as const, { signal }).catch(() => "forward" as const)
  }
}
