/**
 * Explores, replays, and shows one run; what broke comes last, with its command.
 */
import { exploreText } from "../report/explore-text.ts"
import { type Paint, coloured, plain } from "../report/paint.ts"
import { timeline } from "../report/timeline.ts"
import { MAX_RUNS } from "./limits.ts"
import { printReplay } from "./replay-output.ts"
import { runExplore } from "./run-explore.ts"
import { runReplay } from "./run-replay.ts"
import { interestingRun } from "./shown-run.ts"
import { exitStatus } from "./stop.ts"
import { hasColour, type Terminal } from "./terminal.ts"

export interface StartCall {
  readonly seconds: number
  readonly seed: number
  readonly store: string
  /** A file; undefined or empty: a made trace. */
  readonly trace: string | undefined
  readonly rows: number
}

export const runStart = async (call: StartCall, terminal: Terminal): Promise<number> => {
  const { seed, store } = call
  const paint = hasColour(terminal.out, terminal.env) ? coloured : plain
  const print = (lines: ReadonlyArray<string>): void => terminal.out.write(`${lines.join("\n")}\n`)
  const search = { store, seed, seconds: call.seconds, runs: MAX_RUNS, invariants: undefined, tape: undefined }
  const { report, timing } = await runExplore(search, terminal)
  if (report.failure !== null || terminal.signal.aborted) {
    print([paint.dim(timing), ...exploreText(report, terminal.signal.aborted, paint)])
    return exitStatus(report.ok, terminal.signal)
  }
  print([...exploreText(report, false, paint), paint.dim(`  ${timing}`), ""])

  const file = call.trace === undefined || call.trace === "" ? undefined : call.trace
  const replayCall = { file, rows: call.rows, skipBadRows: false, store, seed, settings: {} }
  const replayed = await runReplay(replayCall, terminal)
  const command = `tallystick replay ${file === undefined ? "" : `${file} `}--seed ${seed} --store ${store}`
  printReplay(replayed, command, { json: false, timing: false }, terminal)
  if (replayed.broken === null) {
    print([paint.dim(`  ${replayed.timing}`), ""])
    if (!terminal.signal.aborted) print(await shownLines(store, seed, paint))
  }
  return exitStatus(report.ok && replayed.report.ok, terminal.signal)
}

const shownLines = async (store: string, seed: number, paint: Paint): Promise<ReadonlyArray<string>> => {
  const { steps, replay } = await interestingRun(store, seed)
  return [paint.bold("one of these runs, step by step"), "", ...timeline(steps, paint), "", "this run again:", replay]
}
