/**
 * A whole run.
 */
import type { Arguments } from "./arguments.ts"
import { noServer } from "./cpu.ts"
import type { Machine } from "./machine.ts"
import { type Match, memoryMatches, postgresMatches, redisMatches } from "./matrix.ts"
import { type Ratio, ratiosOf } from "./ratios.ts"
import { type Result, runMatch, type RunOptions } from "./run-match.ts"
import { postgresServer, redisServer, type Server, stopServers } from "./servers.ts"

export interface Report {
  readonly machine: Machine
  readonly results: ReadonlyArray<Result>
  readonly ratios: ReadonlyArray<Ratio>
}

export const bench = async (
  args: Arguments,
  machine: Omit<Machine, "servers">,
  say: (line: string) => void
): Promise<Report> => {
  const results: Array<Result> = []
  const servers: Array<string> = []
  const run = async (matches: ReadonlyArray<Match>, options: RunOptions): Promise<void> => {
    for (const match of matches) {
      const words = wordsOf(match)
      if (args.match !== undefined && !words.startsWith(args.match)) continue
      const found = await runMatch(match, options)
      for (const result of found) say(`${words.padEnd(42)} ${lineOf(result)}`)
      results.push(...found)
    }
  }
  const withServer = async (server: Promise<Server>, matchesOf: (url: string) => ReadonlyArray<Match>) => {
    const { close, cpu, url, words } = await server
    servers.push(words)
    try {
      await run(matchesOf(url), { ...args, serverCpu: cpu })
    } finally {
      await close()
    }
  }
  try {
    for (const part of args.parts) {
      if (part === "memory") await run(memoryMatches(args.isWhole), { ...args, serverCpu: noServer })
      if (part === "redis") await withServer(redisServer(args.redis), (url) => redisMatches(args.isWhole, url))
      if (part === "postgres")
        await withServer(postgresServer(args.postgres), (url) => postgresMatches(args.isWhole, url))
    }
  } finally {
    await stopServers()
  }
  return { machine: { ...machine, servers }, results, ratios: ratiosOf(results) }
}

const wordsOf = ({ callers, legs, shape, store }: Match): string =>
  `${store} ${shape} ${callers}${legs === 1 ? "" : ` ${legs} legs`}`

const lineOf = (result: Result): string => {
  const { clientCpuMicrosPerPair, name, openP50Micros, p50Micros, p99Micros, pairsPerSecond, serverCpuMicrosPerPair } =
    result
  const speed = `${String(Math.round(pairsPerSecond)).padStart(9)} pairs/s`
  const cpu = `cpu ${clientCpuMicrosPerPair} + ${serverCpuMicrosPerPair ?? "?"}`
  return `${name.padEnd(38)} ${speed}  p50 ${p50Micros} (open ${openP50Micros})  p99 ${p99Micros}  ${cpu} µs`
}
