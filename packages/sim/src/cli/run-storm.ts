/**
 * Runs a storm for the terminal: makes its place, and removes it whatever happens.
 */
import { randomUUID } from "node:crypto"
import { setImmediate as turn } from "node:timers/promises"

import type { StormReport } from "../report/storm-model.ts"
import { findPlace } from "../storm/places/find.ts"
import { keepStorm, readStorm } from "../storm/keep.ts"
import { reportOf } from "../storm/report.ts"
import type { StormTerms } from "../storm/report.ts"
import type { FaultKind } from "../storm/run/faults.ts"
import { startServer, whenReady } from "../storm/run/server.ts"
import type { Server } from "../storm/run/server.ts"
import { CALL_TIMEOUT_MS, runStorm } from "../storm/run/storm.ts"
import { progressOn } from "./progress.ts"
import type { Terminal } from "./terminal.ts"
import { UsageError } from "./usage-error.ts"

export interface StormCall {
  readonly store: string
  readonly seconds: number
  readonly processes: number
  readonly fibers: number
  readonly faults: ReadonlyArray<FaultKind>
  readonly seed: number
  readonly server: string | undefined
}

/** undefined: it was interrupted. */
export const runStormCall = async (call: StormCall, terminal: Terminal): Promise<StormReport | undefined> => {
  const { store: spec, server: command } = call
  if (command !== undefined && !/^(redis|postgres(ql)?):/.test(spec))
    throw new UsageError("--server needs --store redis://… or postgres://…, where that server listens")
  const stage = shownStage(terminal)
  let server: Server | undefined
  try {
    server = command === undefined ? undefined : await startServer(command, spec)
    const find = () => findPlace(spec, randomUUID(), CALL_TIMEOUT_MS)
    const place = await (server === undefined ? find() : whenReady(find))
    try {
      const record = await runStorm({ ...call, place, server, signal: terminal.signal, onProgress: stage.show })
      if (terminal.signal.aborted) return undefined
      const terms = { ...call, processes: place.address === undefined ? 1 : call.processes }
      const report = await reportOf(record, terms, stage.onSet)
      return report.ok ? report : { ...report, kept: await keepStorm({ record, terms: termsOf(report) }) }
    } finally {
      await (server === undefined ? place.remove() : whenReady(place.remove))
    }
  } finally {
    stage.end()
    await server?.stop()
  }
}

/** Judges a storm that was kept. */
export const judgeAgain = async (file: string, terminal: Terminal): Promise<StormReport> => {
  const { record, terms } = await readStorm(file).catch((error: unknown) => {
    throw new UsageError(`--again must be the file of a storm that was kept, was ${file}: ${String(error)}`)
  })
  const stage = shownStage(terminal)
  try {
    const report = await reportOf(record, terms, stage.onSet)
    return report.ok ? report : { ...report, kept: file }
  } finally {
    stage.end()
  }
}

const termsOf = ({ store, seed, seconds, processes, fibers }: StormReport): StormTerms => ({
  store,
  seed,
  seconds,
  processes,
  fibers
})

/** What it is doing, on one line, with the seconds. */
const shownStage = (terminal: Terminal) => {
  const progress = progressOn(terminal)
  const startMs = terminal.nowMs()
  let stage = "starting"
  const again = (): void =>
    progress.show(() => `storm  ${stage}  ${Math.round((terminal.nowMs() - startMs) / 1_000)} s`)
  const ticking = setInterval(again, 200)
  const show = (next: string): void => {
    stage = next
    again()
  }
  return {
    show,
    onSet: async (done: number, of: number): Promise<void> => {
      show(`judging ${done} of ${of} sets of accounts`)
      await turn()
    },
    end: (): void => {
      clearInterval(ticking)
      progress.end()
    }
  }
}
