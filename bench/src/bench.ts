/**
 * A whole run.
 */
import type { Arguments, Part } from "./arguments.ts"
import { type CpuOf, noServer } from "./cpu.ts"
import { exploreSpeed } from "./explore.ts"
import type { Machine } from "./machine.ts"
import { type Match, memoryMatches, postgresMasters, postgresMatches, redisMasters, redisMatches } from "./matrix.ts"
import { type Ratio, ratiosOf } from "./ratios.ts"
import { type Result, runMatch } from "./run-match.ts"
import { type Scale, scale } from "./scale/scale.ts"
import { mastersOf, postgresServer, redisServer, type Server, stopServers } from "./servers.ts"

export interface Report {
  readonly machine: Machine
  readonly results: ReadonlyArray<Result>
  readonly ratios: ReadonlyArray<Ratio>
  readonly scale: ReadonlyArray<Scale>
}

export const bench = async (
  args: Arguments,
  machine: Omit<Machine, "servers">,
  say: (line: string) => void
): Promise<Report> => {
  const run = new Run(args, say)
  try {
    for (const part of args.parts) await run.part(part)
  } finally {
    await run.close()
    await stopServers()
  }
  const { ratios, results, scale, servers } = run
  return { machine: { ...machine, servers }, results, ratios: [...ratiosOf(results), ...ratios], scale }
}

class Run {
  readonly results: Array<Result> = []
  readonly ratios: Array<Ratio> = []
  readonly scale: Array<Scale> = []
  readonly servers: Array<string> = []
  readonly #started = new Map<string, Server>()
  readonly #args: Arguments
  readonly #say: (line: string) => void

  constructor(args: Arguments, say: (line: string) => void) {
    this.#args = args
    this.#say = say
  }

  async part(part: Part): Promise<void> {
    const { isWhole } = this.#args
    switch (part) {
      case "memory":
        return this.#run(memoryMatches(isWhole), noServer)
      case "redis":
        return this.#over(await this.#redis(), (url) => redisMatches(isWhole, url))
      case "postgres":
        return this.#over(await this.#postgres(), (url) => postgresMatches(isWhole, url))
      case "scale":
        return this.#scale(await this.#redis(), await this.#postgres())
      case "explore":
        this.ratios.push(await exploreSpeed(this.#args.rounds, this.#args.seconds))
        return
      case "masters":
        return this.#masters()
    }
  }

  async #run(matches: ReadonlyArray<Match>, serverCpu: CpuOf): Promise<void> {
    for (const match of matches) {
      const words = wordsOf(match)
      if (this.#args.match?.split(",").some((start) => words.startsWith(start)) === false) continue
      const found = await runMatch(match, { ...this.#args, serverCpu })
      for (const result of found) this.#say(`${words.padEnd(34)} ${lineOf(result)}`)
      this.results.push(...found)
    }
  }

  #over({ cpu, url }: Server, matchesOf: (url: string) => ReadonlyArray<Match>): Promise<void> {
    return this.#run(matchesOf(url), cpu)
  }

  async #scale(redis: Server, postgres: Server): Promise<void> {
    const { most, rounds, seconds } = this.#args
    this.scale.push(...(await scale({ most, rounds, seconds, redis, postgres, say: this.#say })))
  }

  async #masters(): Promise<void> {
    const masters = await mastersOf()
    try {
      await this.#run(redisMasters(masters.redis), masters.redis.cpu)
      await this.#run(postgresMasters(masters.postgres), masters.postgres.cpu)
    } finally {
      await masters.close()
    }
  }

  async close(): Promise<void> {
    for (const server of this.#started.values()) await server.close()
  }

  #redis(): Promise<Server> {
    return this.#once("redis", () => redisServer(this.#args.redis))
  }

  #postgres(): Promise<Server> {
    return this.#once("postgres", () => postgresServer(this.#args.postgres))
  }

  /** All parts share it. */
  async #once(name: string, start: () => Promise<Server>): Promise<Server> {
    const known = this.#started.get(name)
    if (known !== undefined) return known
    const server = await start()
    this.#started.set(name, server)
    this.servers.push(server.words)
    return server
  }
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
