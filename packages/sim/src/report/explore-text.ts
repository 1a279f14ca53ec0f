/**
 * What an exploration found, as text. Without times and speeds, so that a seed gives the same lines.
 */
import { counts } from "./counts.ts"
import { invariantTable, unasked } from "./invariant-table.ts"
import { type ExploreReport, type Failure, invariantTexts } from "./model.ts"
import { counted, thousands } from "./numbers.ts"
import type { Paint } from "./paint.ts"
import { timeline } from "./timeline.ts"

export const exploreText = (report: ExploreReport, isPartial: boolean, paint: Paint): ReadonlyArray<string> => [
  ...verdict(report, isPartial, paint),
  "",
  ...invariantTable(report.invariants, paint),
  ...unaskedNote(report, paint),
  "",
  ...counts("requests", { messages: report.messages, distinctInterleavings: report.interleavings }),
  ...counts("histories", { judged: report.histories.judged, tooLong: report.histories.tooLong }),
  ...counts("faults", report.faults),
  ...counts("answers", report.answers),
  ...(report.failure === null ? [] : failureText(report.failure, paint))
]

const verdict = (report: ExploreReport, isPartial: boolean, paint: Paint): ReadonlyArray<string> => {
  const where = `store ${report.store}, seed ${report.seed}, ${counted(report.runs, "run")}`
  const stopped = isPartial ? " (stopped before the end)" : ""
  if (report.failure !== null) {
    const { invariant } = report.failure
    return [paint.red(paint.bold(`explore: ${invariant} broke: ${invariantTexts[invariant]}`)), `${where}${stopped}`]
  }
  const text = report.ok ? "every invariant held" : "an invariant broke"
  return [(report.ok ? paint.green : paint.red)(paint.bold(`explore: ${text}`)), `${where}${stopped}`]
}

const unaskedNote = (report: ExploreReport, paint: Paint): ReadonlyArray<string> => {
  const ids = unasked(report.invariants)
  return ids === undefined ? [] : [paint.dim(`  never asked in these runs: ${ids}`)]
}

/** The last line is the command that replays it. */
const failureText = (failure: Failure, paint: Paint): ReadonlyArray<string> => [
  "",
  paint.bold(`the shortest run that breaks ${failure.invariant} (${counted(failure.steps.length, "step")})`),
  "",
  ...timeline(failure.steps, paint),
  ...(isMarked(failure) ? [] : ["", paint.red(`${failure.invariant}: ${failure.because}`)]),
  "",
  "this run again:",
  failure.replay
]

/** The timeline says why, below the line where it broke. */
const isMarked = ({ steps }: Failure): boolean => steps.some(({ violation }) => violation !== null)

/** For programs whose standard output is the JSON: what a person still wants on standard error. */
export const exploreSummary = (report: ExploreReport): string =>
  report.failure === null
    ? `${counted(report.runs, "run")}, ${thousands(report.messages)} messages: every invariant held`
    : `${report.failure.invariant} broke: ${report.failure.because}`
