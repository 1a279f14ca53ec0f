/**
 * What `replay` prints.
 */
import { toJson } from "../report/json.ts"
import { coloured, plain } from "../report/paint.ts"
import { replayText } from "../report/replay-text.ts"
import type { ReplayRun } from "./run-replay.ts"
import { hasColour, type Terminal } from "./terminal.ts"

/** Bad rows that are named one by one; the rest is counted. */
const NAMED = 5

export const printReplay = (
  replayed: ReplayRun,
  command: string,
  { json: isJson, timing: isTimed }: { readonly json: boolean; readonly timing: boolean },
  terminal: Terminal
): void => {
  const { report, trace, isPartial, broken, timing } = replayed
  for (const line of skippedLines(replayed)) terminal.err.write(`${line}\n`)
  const failure = broken === null ? [] : [`${broken.invariant}: ${broken.because}`, "", "this run again:", command]
  if (isJson) {
    terminal.out.write(toJson(report))
    for (const line of [...(isTimed ? [timing] : []), ...failure]) terminal.err.write(`${line}\n`)
    return
  }
  const paint = hasColour(terminal.out, terminal.env) ? coloured : plain
  const lines = [
    ...(isTimed ? [paint.dim(timing)] : []),
    ...replayText(report, trace.name, isPartial, paint),
    ...(failure.length === 0 ? [] : ["", ...failure])
  ]
  terminal.out.write(`${lines.join("\n")}\n`)
}

const skippedLines = ({ trace: { name, skipped } }: ReplayRun): ReadonlyArray<string> => [
  ...skipped.slice(0, NAMED).map(({ line, problem }) => `${name}: line ${line} skipped: ${problem}`),
  ...(skipped.length > NAMED ? [`${name}: ${skipped.length - NAMED} more rows skipped`] : [])
]
