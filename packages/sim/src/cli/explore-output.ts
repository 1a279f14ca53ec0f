/**
 * What `explore` prints and writes.
 */
import { writeFile } from "node:fs/promises"

import { exploreSummary, exploreText } from "../report/explore-text.ts"
import { toJson } from "../report/json.ts"
import type { ExploreReport } from "../report/model.ts"
import { page } from "../report/page.ts"
import { coloured, plain } from "../report/paint.ts"
import { timeline } from "../report/timeline.ts"
import type { Tape } from "../world/tape.ts"
import type { Explored } from "./run-explore.ts"
import { interestingRun, runOfTape, type ShownRun } from "./shown-run.ts"
import { hasColour, type Terminal } from "./terminal.ts"
import { UsageError } from "./usage-error.ts"

export const printText = async (
  { report, timing }: Explored,
  tape: Tape | undefined,
  isPartial: boolean,
  isTimed: boolean,
  terminal: Terminal
): Promise<void> => {
  const paint = hasColour(terminal.out, terminal.env) ? coloured : plain
  // A failure's last line is its command, so the time it took comes first.
  const lines = [...(isTimed ? [paint.dim(timing)] : []), ...exploreText(report, isPartial, paint)]
  if (tape !== undefined && report.failure === null) {
    const { steps } = await runOfTape(report.store, report.seed, tape)
    lines.push("", ...timeline(steps, paint))
  }
  terminal.out.write(`${lines.join("\n")}\n`)
}

/** Standard output has the object alone; what people want to see of it goes beside it. */
export const printJson = ({ report, timing }: Explored, isTimed: boolean, terminal: Terminal): void => {
  terminal.out.write(toJson(report))
  if (isTimed) terminal.err.write(`${timing}\n`)
  if (report.failure !== null) terminal.err.write(`${exploreSummary(report)}\n${report.failure.replay}\n`)
}

export const writePage = async (
  file: string,
  report: ExploreReport,
  tape: Tape | undefined,
  terminal: Terminal
): Promise<void> => {
  const shown = await shownRun(report, tape)
  try {
    await writeFile(file, page({ report, ...shown }))
  } catch (error) {
    throw new UsageError(`--html must be a file that can be written, was ${file}: ${String(error)}`)
  }
  terminal.err.write(`the run is drawn in ${file}\n`)
}

const shownRun = async (report: ExploreReport, tape: Tape | undefined): Promise<ShownRun> => {
  if (report.failure !== null) return report.failure
  return tape === undefined ? interestingRun(report.store, report.seed) : runOfTape(report.store, report.seed, tape)
}
