/** The servers of one run: each is started when it is first asked for, and all are ended together. */
import { type Choice, choose, type Kind, type Way } from "./choice.ts"
import { dockerSource } from "./docker.ts"
import { embeddedPostgres } from "./embedded.ts"
import { given } from "./given.ts"
import { installedPostgres, postgresByBinary } from "./postgres-binary.ts"
import { clusterByBinary, redisByBinary } from "./redis-binary.ts"
import type { Running, Source } from "./running.ts"
import type { Cluster, None, Own, OwnOptions, Server } from "./wire.ts"

const binaries: Source = {
  redis: redisByBinary,
  cluster: clusterByBinary,
  postgres: (options) => postgresByBinary(installedPostgres(), options)
}

export class Servers {
  readonly #env: NodeJS.ProcessEnv
  readonly #shared = new Map<string, Promise<Running | None>>()
  readonly #own = new Map<number, Running>()
  readonly #starting = new Set<Promise<unknown>>()
  readonly #used = new Map<string, string>()
  #docker: Promise<Source> | undefined
  #embedded: Source | undefined
  #count = 0

  constructor(env: NodeJS.ProcessEnv = process.env) {
    this.#env = env
  }

  /** `redis 7.0.15 by binary /usr/bin/redis-server`, for each that was asked for. */
  get used(): ReadonlyArray<string> {
    return [...this.#used].map(([name, text]) => `${name} ${text}`)
  }

  redisServer = async (): Promise<Server | None> =>
    answer(await this.#once("redis", "redis", (source) => source.redis({ shared: true })), server)
  postgresServer = async (): Promise<Server | None> =>
    answer(await this.#once("postgres", "postgres", (source) => source.postgres({ shared: true })), server)
  redisCluster = async (): Promise<Cluster | None> =>
    answer(await this.#once("redis cluster", "redis", (source) => source.cluster()), (running) => ({
      ...server(running),
      urls: running.urls ?? []
    }))

  ownRedis = ({ replicaOf, ...options }: OwnOptions): Promise<Own | None> => {
    const master = replicaOf === undefined ? undefined : this.#find(replicaOf.id)
    return this.#ownOne("redis", (source) => source.redis({ ...options, master }))
  }
  ownPostgres = (options: OwnOptions): Promise<Own | None> =>
    this.#ownOne("postgres", (source) => source.postgres(options))

  kill = async (id: number): Promise<null> => (await this.#find(id).kill(), null)
  start = async (id: number): Promise<null> => (await this.#find(id).start(), null)
  stop = async (id: number): Promise<null> => {
    const running = this.#own.get(id)
    this.#own.delete(id)
    await running?.stop()
    return null
  }

  async close(): Promise<void> {
    await Promise.allSettled(this.#starting)
    const shared = await Promise.all(this.#shared.values())
    const all = [...this.#own.values(), ...shared.filter((running) => !("none" in running))]
    this.#own.clear()
    this.#shared.clear()
    await Promise.allSettled(all.map((running) => (running as Running).stop()))
  }

  #find(id: number): Running {
    const running = this.#own.get(id)
    if (running === undefined) throw new Error(`there is no server ${id}, or it was stopped`)
    return running
  }

  #once(name: string, kind: Kind, start: (source: Source) => Promise<Running>): Promise<Running | None> {
    const known = this.#shared.get(name)
    if (known !== undefined) return known
    const use = name === kind ? "shared" : "own"
    const started = this.#first(kind, choose(kind, this.#env, use), start).then((running) => {
      this.#used.set(name, "none" in running ? "none" : `${running.version} by ${running.from}`)
      return running
    })
    this.#shared.set(name, started)
    return started
  }

  async #ownOne(kind: Kind, start: (source: Source) => Promise<Running>): Promise<Own | None> {
    const running = await this.#first(kind, choose(kind, this.#env, "own"), start)
    if ("none" in running) return running
    const id = ++this.#count
    this.#own.set(id, running)
    this.#used.set(`own ${kind}`, `${running.version} by ${running.from}`)
    return { id, port: running.port, ...server(running) }
  }

  /** The first way that leads to a server; what the others said is the reason where none does. */
  async #first(kind: Kind, choice: Choice, start: (source: Source) => Promise<Running>): Promise<Running | None> {
    const reasons: Array<string> = []
    for (const way of choice.ways) {
      const started = way.way === "url" ? given(kind, way) : this.#source(way).then(start)
      this.#starting.add(started)
      try {
        return await started
      } catch (error) {
        reasons.push(`${way.way}: ${error instanceof Error ? error.message : String(error)}`)
        if (way.way === "url") break // somebody meant that server; another one is no answer
      } finally {
        this.#starting.delete(started)
      }
    }
    return { none: reasons.join("; ") || `TALLYSTICK_TEST_SERVERS=${choice.wish}` }
  }

  async #source({ way }: Exclude<Way, { way: "url" }>): Promise<Source> {
    if (way === "docker") return (this.#docker ??= dockerSource(this.#env))
    if (way === "binaries") return binaries
    return (this.#embedded ??= embeddedSource())
  }
}

const embeddedSource = (): Source => {
  const programs = embeddedPostgres()
  return { ...binaries, postgres: (options) => postgresByBinary(programs, options) }
}

const server = ({ url, from, version }: Running): Server => ({ url, from, version })
const answer = <A>(running: Running | None, of: (running: Running) => A): A | None =>
  "none" in running ? running : of(running)
