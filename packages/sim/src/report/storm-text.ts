/**
 * What a storm found, as text.
 */
import { counts } from "./counts.ts"
import { counted, thousands } from "./numbers.ts"
import type { Paint } from "./paint.ts"
import type { StormFailure, StormReport } from "./storm-model.ts"

/** So many are shown whole; the rest is counted. */
const SHOWN = 5

export const stormText = (report: StormReport, paint: Paint): ReadonlyArray<string> => [
  (report.ok ? paint.green : paint.red)(paint.bold(`storm: ${verdict(report)}`)),
  `store ${report.store}, seed ${report.seed}, ${counted(report.processes, "process", "processes")} of ${counted(report.fibers, "fiber")}, ${report.seconds} s`,
  "",
  ...counts("commands", {
    made: report.commands,
    neverAnswered: report.unanswered,
    toldThatNothingHappened: report.notApplied
  }),
  ...counts("faults", report.faults),
  ...counts("answers", report.answers),
  ...counts("checked", { setsOfAccounts: report.sets, rowsAndSums: report.auditChecks }),
  ...failureLines(report.failures, paint),
  ...(report.kept === null
    ? []
    : ["", "every call and every answer is kept; to judge them again:", `  tallystick storm --again ${report.kept}`])
]

const verdict = ({ ok, failures }: StormReport): string => {
  if (ok) return "every answer fits one order, and the rows add up"
  const lost = failures.filter(({ kind }) => kind === "lost").length
  if (lost > 0) return `the store LOST writes that it had acknowledged, in ${counted(lost, "set")} of accounts`
  return `${counted(failures.length, "thing")} went wrong`
}

const failureLines = (failures: ReadonlyArray<StormFailure>, paint: Paint): ReadonlyArray<string> => {
  if (failures.length === 0) return []
  const shown = failures.slice(0, SHOWN).map(({ invariant, because }) => paint.red(`${invariant}: ${because}`))
  const rest = failures.length - SHOWN
  return [
    "",
    ...shown.flatMap((line) => [line, ""]),
    ...(rest > 0 ? [`and ${thousands(rest)} more`] : []),
    ...(failures.some(({ kind }) => kind === "lost")
      ? ["docs/storm.md says which settings of a server keep what it has acknowledged."]
      : [])
  ]
}
