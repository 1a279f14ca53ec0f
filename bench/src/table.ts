/**
 * Tables as Markdown, or in columns.
 */
type Rows = ReadonlyArray<ReadonlyArray<string>>

export const markdownTable = (head: ReadonlyArray<string>, rows: Rows): ReadonlyArray<string> =>
  rows.length === 0 ? [] : [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`)

export const plainTable = (head: ReadonlyArray<string>, rows: Rows): ReadonlyArray<string> => {
  if (rows.length === 0) return []
  const widths = head.map((name, at) => Math.max(name.length, ...rows.map((cells) => cells[at]!.length)))
  return [head, ...rows].map((cells) =>
    cells
      .map((cell, at) => cell.padEnd(widths[at]!))
      .join("  ")
      .trimEnd()
  )
}

export const count = (value: number): string => Math.round(value).toLocaleString("en-US")
export const micros = (value: number): string => (value < 10 ? value.toFixed(1) : count(value))
