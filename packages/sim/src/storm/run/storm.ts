/**
 * A storm: many processes at one store, while everything around it breaks; then the judgement.
 */
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"

import type { Call } from "../check/history.ts"
import { byWayOf } from "../places/open.ts"
import type { Audit, Place } from "../places/place.ts"
import { Proxy } from "../proxy/index.ts"
import { lookAfter } from "./aftermath.ts"
import { runCrew } from "./crew.ts"
import { makeFaults, noFaults } from "./faults.ts"
import type { FaultCounts, FaultKind } from "./faults.ts"
import { monotonicNs } from "./monotonic.ts"
import { memoryRecorder, readRecord } from "./recorder.ts"
import type { Server } from "./server.ts"
import { Worker } from "./workers.ts"

export interface StormOptions {
  readonly place: Place
  readonly seconds: number
  readonly processes: number
  readonly fibers: number
  readonly faults: ReadonlyArray<FaultKind>
  readonly seed: number
  /** What can be killed; undefined: the server stays. */
  readonly server?: Pick<Server, "kill" | "start"> | undefined
  readonly signal: AbortSignal
  readonly onProgress?: ((stage: string) => void) | undefined
}

/** All that happened. */
export interface StormRecord {
  readonly calls: ReadonlyArray<Call>
  readonly faults: FaultCounts
  /** With the holds that were still alive, and when all deadlines were past. */
  readonly audits: ReadonlyArray<Audit>
  /** What went wrong besides: a process that ended by itself, a call that did not end. */
  readonly problems: ReadonlyArray<string>
}

/** Every call of a storm ends by then: a fifth of the adapters' default, so that a connection which falls silent does not hold a fiber for long. */
export const CALL_TIMEOUT_MS = 1_000

/** So that every process has been told when slot 0 is, before it. */
const START_MS = 100

/** What a store in this process loses of its answers. */
const MEMORY_LOSS = 0.02

export const runStorm = async (options: StormOptions): Promise<StormRecord> => {
  const { place } = options
  const problems: Array<string> = []
  const faults = noFaults()
  const calls =
    place.address === undefined ? await runHere(options) : await runProcesses(options, place.address, faults, problems)
  if (options.signal.aborted) return { calls, faults, audits: [], problems }
  options.onProgress?.("reading what is left")
  const after = await lookAfter(place, calls)
  return { calls: [...calls, ...after.calls], faults, audits: after.audits, problems: [...problems, ...after.problems] }
}

/** Resolves after so many seconds, or when it is interrupted. */
const pass = (seconds: number, signal: AbortSignal): Promise<void> =>
  sleep(seconds * 1_000, undefined, { signal }).catch(() => {})

const interrupted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener("abort", () => resolve(), { once: true })
  })

/** A store that lives in this process: no connection, and nobody to kill. */
const runHere = async ({ place, fibers, seed, seconds, signal }: StormOptions): Promise<ReadonlyArray<Call>> => {
  const recorder = memoryRecorder()
  let isOver = false
  const crew = { store: place.store, recorder, seed, process: 0, life: 0, fibers, before: [], loss: MEMORY_LOSS }
  const done = runCrew({ ...crew, startNs: monotonicNs(), isOver: () => isOver })
  await pass(seconds, signal)
  isOver = true
  await done
  return recorder.calls
}

const runProcesses = async (
  options: StormOptions,
  address: NonNullable<Place["address"]>,
  faults: FaultCounts,
  problems: Array<string>
): Promise<ReadonlyArray<Call>> => {
  const { place, processes, fibers, seed, seconds, server, signal } = options
  const folder = mkdtempSync(join(tmpdir(), "tallystick-storm-"))
  const proxy = address.kind === "module" ? undefined : await Proxy.before(address.url)
  const workers: Array<Worker> = []
  try {
    const common = { address: proxy === undefined ? address : byWayOf(proxy, address), callTimeoutMs: CALL_TIMEOUT_MS }
    const records = Array.from({ length: processes }, (_, number) => join(folder, `p${number}.jsonl`))
    for (const [number, record] of records.entries())
      workers.push(new Worker({ ...common, seed, process: number, fibers, record }, (text) => problems.push(text)))
    await Promise.race([Promise.all(workers.map(({ ready }) => ready)), interrupted(signal)])
    const startNs = monotonicNs() + START_MS * 1_000_000
    for (const worker of workers) worker.begin(startNs)
    await pass(START_MS / 1_000, signal)
    options.onProgress?.("storm")
    const over = new AbortController()
    const passed = pass(seconds, signal).then(() => over.abort())
    await makeFaults({ kinds: options.faults, seed, proxy, workers, place, server, counts: faults }, over.signal)
    await passed
    if (!signal.aborted) {
      const ended = await Promise.all(workers.map((worker) => worker.end(END_WITHIN_MS)))
      for (const [number, isInTime] of ended.entries())
        if (!isInTime)
          problems.push(
            `I10: a call of process ${number} had not ended ${END_WITHIN_MS} ms after the last one was made`
          )
    }
    return signal.aborted ? [] : records.flatMap(readRecord)
  } finally {
    await Promise.all(workers.map((worker) => worker.kill()))
    await proxy?.[Symbol.asyncDispose]()
    rmSync(folder, { recursive: true, force: true })
  }
}

/** A call ends by its deadline; the rest is for a machine that is busy. */
const END_WITHIN_MS = CALL_TIMEOUT_MS + 9_000
