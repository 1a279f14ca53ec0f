/**
 * From what was measured to what more servers would give.
 */
import type { Result } from "./run-match.ts"
import { count, markdownTable } from "./table.ts"

/** Of Tallystick itself, where it keeps several callers busy. */
const isMeasured = ({ callers, legs, name, store }: Result): boolean =>
  store !== "memory" && callers === 512 && legs === 1 && (name === "store" || /^[13] (?:masters?|Postgres)$/.test(name))

/**
 * One row per shape. A server's ceiling is what it would do with nothing else on its core: a million microseconds by what a pair takes of them (Redis
 * decides on one core; Postgres on as many as it has, and waits for its disk besides).
 */
export const scalingTable = (results: ReadonlyArray<Result>): ReadonlyArray<string> =>
  markdownTable(
    [
      "store",
      "accounts",
      "",
      "pairs/s measured",
      "CPU µs a pair: client + server",
      "a core of the server",
      "a core of the client"
    ],
    results
      .filter(isMeasured)
      .map((result) => [
        result.store,
        result.shape,
        result.name === "store" ? "one server" : result.name,
        count(result.pairsPerSecond),
        `${count(result.clientCpuMicrosPerPair)} + ${result.serverCpuMicrosPerPair === null ? "?" : count(result.serverCpuMicrosPerPair)}`,
        ceiling(result.serverCpuMicrosPerPair),
        ceiling(result.clientCpuMicrosPerPair)
      ])
  )

const ceiling = (micros: number | null): string =>
  micros === null || micros === 0 ? "?" : `${count(1e6 / micros)} pairs/s`
