/**
 * The report for people: columns for a terminal, or tables for the docs.
 */
import type { Report } from "./bench.ts"
import type { Machine } from "./machine.ts"
import type { Ratio } from "./ratios.ts"
import type { Result } from "./run-match.ts"
import type { Scale } from "./scale/scale.ts"
import { count, markdownTable, micros, plainTable } from "./table.ts"

interface Style {
  readonly markdown: boolean
}

/** What each contender does not do, so that nobody takes the numbers for more than they say. */
export const heading = [
  "A pair is a reserve and a finalize; of the peers two calls that come nearest. What they do not do:",
  "- rate-limiter-flexible: a counter. It remembers no request, so a repeat counts twice; no hold that expires, no revision, no ledger; several limits are several calls, none undone if another refuses; it counts also what it refuses. Redis: one script of four commands per call. Postgres: one upsert per call, by the clock of the app.",
  "- effect RateLimiter: a counter with two consumes per pair, since it cannot give back; else as above.",
  "- the original's way (Redis): a script per limit, one after the other, not atomic over both; no deadline of a hold. It made a connection per call.",
  "- the original's way (Postgres): a row lock per call; it remembers no request, so a repeat counts twice; no hold that expires, no ledger.",
  "- the floors: nothing but the least that the server can be asked for; no limit is checked.",
  "- machine, store, front are Tallystick: the rules over maps; the port (Redis and Postgres: with group commit, as by default; Postgres: with the ledger); what users call, with spans, metrics and a heartbeat."
]

export const textOf = ({ machine, ratios, results, scale }: Report, style: Style): string =>
  [
    ...machineLines(machine),
    "",
    ...heading,
    "",
    ...table(
      style,
      ["store", "accounts", "callers", "legs", "", "pairs/s", "least to most", "p50 µs", "p99 µs", "CPU µs"],
      results.map(resultCells)
    ),
    "",
    ...ratioTable(ratios, style),
    "",
    ...table(style, ["store", "", "", "", "to the least", "target", ""], scale.map(scaleCells))
  ].join("\n")

export const machineLines = ({ cores, cpu, load, memoryGb, node, servers, system }: Machine): ReadonlyArray<string> => [
  `${cpu}, ${cores} cores, ${memoryGb} GB, ${system}, node ${node}; load ${load} when it began`,
  ...servers
]

const resultCells = (result: Result): ReadonlyArray<string> => [
  result.store,
  result.shape,
  String(result.callers),
  String(result.legs),
  result.name,
  count(result.pairsPerSecond),
  `${count(Math.min(...result.rounds))} to ${count(Math.max(...result.rounds))}`,
  micros(result.p50Micros),
  micros(result.p99Micros),
  `${micros(result.clientCpuMicrosPerPair)} + ${result.serverCpuMicrosPerPair === null ? "?" : micros(result.serverCpuMicrosPerPair)}`
]

const ratioCells = ({
  callers,
  measured,
  ok,
  ours,
  peer,
  ratio,
  shape,
  store,
  target
}: Ratio): ReadonlyArray<string> => [
  store,
  shape,
  String(callers),
  `${ours} / ${peer}`,
  measured === undefined ? "" : `${count(measured.ours)} / ${count(measured.peer)}`,
  ratio.toLocaleString("en-US"),
  target,
  ok ? "ok" : "not"
]

const scaleCells = ({ ok, ratio, store, target, unit, value, what }: Scale): ReadonlyArray<string> => [
  store,
  what,
  value.toLocaleString("en-US"),
  unit,
  ratio === undefined ? "" : String(ratio),
  target ?? "",
  ok === undefined ? "" : ok ? "ok" : "not"
]

export const ratioTable = (ratios: ReadonlyArray<Ratio>, style: Style): ReadonlyArray<string> =>
  table(style, ["store", "", "callers", "ours / peer", "pairs/s, or µs", "ratio", "target", ""], ratios.map(ratioCells))

const table = (
  { markdown }: Style,
  head: ReadonlyArray<string>,
  rows: ReadonlyArray<ReadonlyArray<string>>
): ReadonlyArray<string> => (markdown ? markdownTable(head, rows) : plainTable(head, rows))
