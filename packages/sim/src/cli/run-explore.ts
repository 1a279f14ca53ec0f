/**
 * Explores with progress on the terminal. For `explore` and `start`.
 */
import { explore, type ExploreProgress } from "../explore/explore.ts"
import type { ExploreReport, InvariantId } from "../report/model.ts"
import { counted, seconds, thousands } from "../report/numbers.ts"
import type { Tape } from "../world/tape.ts"
import { progressOn } from "./progress.ts"
import { stopAfter } from "./stop.ts"
import type { Terminal } from "./terminal.ts"

export interface ExploreCall {
  readonly store: string
  readonly seed: number
  readonly runs: number
  /** undefined: no end but that of the runs. */
  readonly seconds: number | undefined
  readonly invariants: ReadonlyArray<InvariantId> | undefined
  readonly tape: Tape | undefined
}

export interface Explored {
  readonly report: ExploreReport
  /** A line about times and speeds: never part of the report. */
  readonly timing: string
}

export const runExplore = async (call: ExploreCall, terminal: Terminal): Promise<Explored> => {
  const { nowMs } = terminal
  const progress = progressOn(terminal)
  const stop = stopAfter(call.seconds, terminal.signal)
  const startMs = nowMs()
  try {
    const report = await explore({
      store: call.store,
      seed: call.seed,
      runs: call.runs,
      invariants: call.invariants,
      tape: call.tape,
      signal: stop.signal,
      onProgress: (now) => progress.show(() => progressLine(now, nowMs() - startMs, call))
    })
    return { report, timing: timingLine(report, nowMs() - startMs) }
  } finally {
    stop.cancel()
    progress.end()
  }
}

const perSecond = (count: number, ms: number): string => thousands(Math.round((count * 1_000) / Math.max(1, ms)))

const progressLine = (now: ExploreProgress, ms: number, call: ExploreCall): string => {
  const leftMs =
    call.seconds === undefined ? ((now.of - now.runs) * ms) / Math.max(1, now.runs) : call.seconds * 1_000 - ms
  return [
    "explore",
    counted(now.runs, "run"),
    `${perSecond(now.messages, ms)} messages/s`,
    `${thousands(now.interleavings)} interleavings`,
    `${thousands(now.checks)} checks`,
    now.isShrinking
      ? "something broke: looking for the shortest run"
      : `${Math.ceil(Math.max(0, leftMs) / 1_000)} s left`,
    `seed ${call.seed}`
  ].join("  ")
}

const timingLine = ({ runs, messages }: ExploreReport, ms: number): string =>
  `${seconds(ms)}, ${perSecond(runs, ms)} runs/s, ${perSecond(messages, ms)} messages/s`
