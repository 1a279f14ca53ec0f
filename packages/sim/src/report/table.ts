/**
 * Columns of text, aligned; a title row and no lines: it copies well into an issue.
 */
export interface Column {
  readonly title: string
  readonly align: "left" | "right"
}

export const left = (title: string): Column => ({ title, align: "left" })
export const right = (title: string): Column => ({ title, align: "right" })

const GAP = "  "

/** The lines, the titles first (unless all are empty), without blanks at their ends. */
export const table = (
  columns: ReadonlyArray<Column>,
  rows: ReadonlyArray<ReadonlyArray<string>>
): ReadonlyArray<string> => {
  const titles = columns.map(({ title }) => title)
  const all = titles.every((title) => title === "") ? rows : [titles, ...rows]
  const widths = columns.map((_, i) => Math.max(...all.map((row) => (row[i] ?? "").length), 0))
  return all.map((row) =>
    columns
      .map(({ align }, i) =>
        align === "left" ? (row[i] ?? "").padEnd(widths[i] ?? 0) : (row[i] ?? "").padStart(widths[i] ?? 0)
      )
      .join(GAP)
      .trimEnd()
  )
}

export const indented = (lines: ReadonlyArray<string>): ReadonlyArray<string> =>
  lines.map((line) => (line === "" ? "" : `  ${line}`))
