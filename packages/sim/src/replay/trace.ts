/**
 * A trace of LLM traffic: a CSV with the columns `TIMESTAMP`, `ContextTokens` and `GeneratedTokens`, found by name, in any
 * order, beside any others. A row that is not what it should be is never guessed at: it is named by its line, and refused or,
 * if so told, skipped.
 */
import { type CsvRecord, csvRecords } from "./csv.ts"
import { parseTimestamp } from "./timestamp.ts"

export interface TraceRow {
  readonly atMs: number
  readonly promptTokens: number
  readonly outputTokens: number
}

export interface Trace {
  /** A file's name, or how the trace was made. */
  readonly name: string
  /** In order of time. */
  readonly rows: ReadonlyArray<TraceRow>
  readonly skipped: ReadonlyArray<BadRow>
}

export interface BadRow {
  readonly line: number
  readonly problem: string
}

/** A file that cannot be replayed as it is; the message names file, line and problem. */
export class TraceError extends Error {
  readonly _tag = "TraceError" as const
}

/** More than any model takes or gives by far; sums and prices of such numbers are still exact. */
const MAX_TOKENS = 1_000_000_000

const columns = ["TIMESTAMP", "ContextTokens", "GeneratedTokens"] as const

type Column = (typeof columns)[number]

export const parseTrace = (name: string, text: string, skipBadRows: boolean): Trace => {
  const rows: Array<TraceRow> = []
  const skipped: Array<BadRow> = []
  const records = csvRecords(text)
  const first = records.next()
  if (first.done === true) throw new TraceError(`${name} is empty: it needs a header with ${columns.join(", ")}`)
  const header = readHeader(name, first.value)
  for (const record of withoutBlankEnd(records)) {
    const row = readRow(record, header, rows.at(-1))
    if (!("problem" in row)) rows.push(row)
    else if (skipBadRows) skipped.push(row)
    else throw new TraceError(`${name}: line ${row.line}: ${row.problem} (--skip-bad-rows goes on without such rows)`)
  }
  if (rows.length === 0) throw new TraceError(`${name} has no ${skipped.length === 0 ? "" : "good "}rows`)
  return { name, rows, skipped }
}

interface Header {
  readonly size: number
  readonly indexes: Readonly<Record<Column, number>>
}

const readHeader = (file: string, record: CsvRecord): Header => {
  const names = record.fields.map((field) => field.trim())
  const indexOf = (column: Column): number => {
    const index = names.indexOf(column)
    if (index === -1) throw new TraceError(`${file}: line 1: no column ${column}; there are: ${names.join(", ")}`)
    if (names.includes(column, index + 1)) throw new TraceError(`${file}: line 1: two columns are named ${column}`)
    return index
  }
  const [timestamp, prompt, output] = columns
  return {
    size: names.length,
    indexes: { TIMESTAMP: indexOf(timestamp), ContextTokens: indexOf(prompt), GeneratedTokens: indexOf(output) }
  }
}

/** A file may end with empty lines; an empty line between rows is a row that is missing. */
function* withoutBlankEnd(records: Iterable<CsvRecord>): Generator<CsvRecord> {
  let blanks: Array<CsvRecord> = []
  for (const record of records) {
    if (record.fields.length === 1 && record.fields[0]?.trim() === "") {
      blanks.push(record)
    } else {
      yield* blanks
      blanks = []
      yield record
    }
  }
}

const readRow = (record: CsvRecord, header: Header, last: TraceRow | undefined): TraceRow | BadRow => {
  const bad = (problem: string): BadRow => ({ line: record.line, problem })
  const { fields, defect } = record
  if (defect !== null) return bad(defect)
  if (fields.length !== header.size) return bad(`it has ${count(fields.length, "field")}, the header ${header.size}`)
  const field = (column: Column): string => fields[header.indexes[column]]?.trim() ?? ""
  const atMs = parseTimestamp(field("TIMESTAMP"))
  if (atMs === undefined) {
    return bad(`TIMESTAMP must be a UTC time like 2023-11-16 18:15:46.6805900, was ${shown(field("TIMESTAMP"))}`)
  }
  if (last !== undefined && atMs < last.atMs)
    return bad("TIMESTAMP goes back: it is earlier than that of the row before")
  const promptTokens = readTokens(field("ContextTokens"))
  if (promptTokens === undefined) return bad(notTokens("ContextTokens", field("ContextTokens")))
  const outputTokens = readTokens(field("GeneratedTokens"))
  if (outputTokens === undefined) return bad(notTokens("GeneratedTokens", field("GeneratedTokens")))
  return { atMs, promptTokens, outputTokens }
}

const readTokens = (text: string): number | undefined => {
  const tokens = /^\d+$/.test(text) ? Number(text) : NaN
  return tokens <= MAX_TOKENS ? tokens : undefined
}

const notTokens = (column: Column, text: string): string =>
  `${column} must be an integer from 0 to ${MAX_TOKENS}, was ${shown(text)}`

const shown = (text: string): string => (text === "" ? "missing" : JSON.stringify(text.slice(0, 40)))

const count = (n: number, noun: string): string => `${n} ${noun}${n === 1 ? "" : "s"}`
