/**
 * Replays a trace, from a file or a made one, with progress on the terminal. For `replay` and `start`.
 */
import { defaultSettings } from "@tallystick/core/machine"
import * as Effect from "effect/Effect"
import { readFile } from "node:fs/promises"

import { makeTrace } from "../replay/made-trace.ts"
import { replay, type Replayed, type ReplayProgress } from "../replay/replay.ts"
import type { ReplaySettings } from "../replay/settings.ts"
import { parseTrace, type Trace, TraceError } from "../replay/trace.ts"
import { seconds, thousands } from "../report/numbers.ts"
import { loadStore } from "../stores.ts"
import { progressOn } from "./progress.ts"
import type { Terminal } from "./terminal.ts"

export interface ReplayCall {
  /** undefined: a made trace of so many rows. */
  readonly file: string | undefined
  readonly rows: number
  readonly skipBadRows: boolean
  readonly store: string
  readonly seed: number
  readonly settings: Partial<ReplaySettings>
}

export interface ReplayRun extends Replayed {
  readonly trace: Trace
  readonly timing: string
}

export const runReplay = async (call: ReplayCall, terminal: Terminal): Promise<ReplayRun> => {
  const { nowMs, signal } = terminal
  const trace = await traceOf(call)
  const { close, makeStore, name } = await loadStore(call.store)
  const store = await makeStore(defaultSettings)
  const progress = progressOn(terminal)
  const startMs = nowMs()
  try {
    const replayed = await replay({
      trace,
      store,
      storeName: name,
      seed: call.seed,
      settings: call.settings,
      signal,
      onProgress: (now) => progress.show(() => progressLine(now, nowMs() - startMs))
    })
    const { requests } = replayed.report
    const ms = nowMs() - startMs
    return { ...replayed, trace, timing: `${seconds(ms)}, ${perSecond(requests, ms)} requests/s` }
  } finally {
    progress.end()
    await Effect.runPromise(store.close)
    await close()
  }
}

const traceOf = async ({ file, rows, seed, skipBadRows }: ReplayCall): Promise<Trace> =>
  file === undefined ? makeTrace(rows, seed) : parseTrace(file, await readText(file), skipBadRows)

const readText = async (file: string): Promise<string> => {
  try {
    return await readFile(file, "utf8")
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : ""
    const reasons: Readonly<Record<string, string>> = { ENOENT: "there is no such file", EISDIR: "it is a folder" }
    throw new TraceError(`cannot read ${file}: ${reasons[code] ?? String(error)}`)
  }
}

const perSecond = (count: number, ms: number): string => thousands(Math.round((count * 1_000) / Math.max(1, ms)))

const progressLine = ({ requests, rows, granted, denied }: ReplayProgress, ms: number): string => {
  const leftMs = ((rows - requests) * ms) / Math.max(1, requests)
  return `replay  ${thousands(requests)} of ${thousands(rows)} requests  ${thousands(granted)} granted  ${thousands(denied)} denied  ${perSecond(requests, ms)} requests/s  ${Math.ceil(leftMs / 1_000)} s left`
}
