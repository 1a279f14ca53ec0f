/**
 * Runs a storm for the terminal: makes its place, and removes it whatever happens.
 */
import { randomUUID } from "node:crypto"
import { setImmediate as turn } from "node:timers/promises"

import type { StormReport } from "../report/storm-model.ts"
import { findPlace } from "../storm/places/find.ts"
import { reportOf } from "../storm/report.ts"
import type { FaultKind } from "../storm/run/faults.ts"
import { startServer, whenReady } from "../storm/run/server.ts"
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
  const progress = progressOn(terminal)
  const startMs = terminal.nowMs()
  let stage = "starting"
  const show = (): void => progress.show(() => `storm  ${stage}  ${Math.round((terminal.nowMs() - startMs) / 1_000)} s`)
  const ticking = setInterval(show, 200)
  const server = command === undefined ? undefined : await startServer(command, spec)
  try {
    const find = () => findPlace(spec, randomUUID(), CALL_TIMEOUT_MS)
    const place = await (server === undefined ? find() : whenReady(find))
    try {
      const onProgress = (next: string): void => {
        stage = next
        show()
      }
      const record = await runStorm({ ...call, place, server, signal: terminal.signal, onProgress })
      if (terminal.signal.aborted) return undefined
      return await reportOf(
        record,
        { ...call, processes: place.address === undefined ? 1 : call.processes },
        async (done, of) => {
          stage = `judging ${done} of ${of} sets of accounts`
          show()
          await turn()
        }
      )
    } finally {
      await (server === undefined ? place.remove() : whenReady(place.remove))
    }
  } finally {
    clearInterval(ticking)
    progress.end()
    await server?.stop()
  }
}
