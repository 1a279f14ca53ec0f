/**
 * What a replayed trace came to, as text.
 */
import { invariantTable, unasked } from "./invariant-table.ts"
import type { ReplayReport } from "./model.ts"
import { counted, thousands } from "./numbers.ts"
import type { Paint } from "./paint.ts"
import { indented, left, right, table } from "./table.ts"

export const replayText = (
  report: ReplayReport,
  traceName: string,
  isPartial: boolean,
  paint: Paint
): ReadonlyArray<string> => {
  const text = report.ok ? "every invariant held" : "an invariant broke"
  const ids = unasked(report.invariants)
  return [
    (report.ok ? paint.green : paint.red)(paint.bold(`replay: ${text}`)),
    `${traceName}, store ${report.store}${isPartial ? " (stopped before the end)" : ""}`,
    "",
    ...indented(table([left(""), right(""), left("")], callRows(report))),
    "",
    ...unitTable(report, paint),
    "",
    ...invariantTable(report.invariants, paint),
    ...(ids === undefined ? [] : [paint.dim(`  never asked in this run: ${ids}`)])
  ]
}

const callRows = (report: ReplayReport): ReadonlyArray<ReadonlyArray<string>> => [
  ["requests", thousands(report.requests), `of ${counted(report.accounts, "account")}`],
  ["granted", thousands(report.granted), share(report.granted, report.requests)],
  ["denied", thousands(report.denied), share(report.denied, report.requests)],
  ["late", thousands(report.late), "ended after their deadline, and debited all the same"]
]

const unitTable = (report: ReplayReport, paint: Paint): ReadonlyArray<string> => {
  const rows = Object.keys(report.used).map((unit) => [
    unit,
    thousands(report.used[unit] ?? 0),
    thousands(report.overage[unit] ?? 0),
    thousands(report.peakReserved[unit] ?? 0)
  ])
  const columns = [left("unit"), right("used"), right("over"), right("peak held")]
  const [titles = "", ...lines] = indented(table(columns, rows))
  return [paint.dim(titles), ...lines]
}

const share = (part: number, whole: number): string => (whole === 0 ? "" : `${((100 * part) / whole).toFixed(1)} %`)
