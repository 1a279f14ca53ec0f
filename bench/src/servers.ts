/**
 * The servers: those that are named, or durable ones of this run's own.
 */
import { Servers } from "@tallystick/test-servers/servers"
import { Redis } from "ioredis"
import { Pool } from "pg"

import { prepare } from "./contenders/postgres.ts"
import { type CpuOf, postgresCpu, redisCpu } from "./cpu.ts"

export interface Server {
  readonly url: string
  /** What it is, and how durable. */
  readonly words: string
  readonly cpu: CpuOf
  readonly close: () => Promise<void>
}

const servers = new Servers()

export const stopServers = (): Promise<void> => servers.close()

/** Appends to its file, which reaches the disk every second, as most run it. */
const REDIS_ARGS = ["--save", "", "--appendonly", "yes", "--appendfsync", "everysec"]

/** @throws Error if there is none to be had */
export const redisServer = async (given: string | undefined): Promise<Server> => {
  const url = given ?? (await started(servers.ownRedis({ args: REDIS_ARGS })))
  const redis = new Redis(url)
  const [version = "?"] = /redis_version:(\S+)/.exec(await redis.info("server"))?.slice(1) ?? []
  const [, appendonly] = (await redis.config("GET", "appendonly")) as ReadonlyArray<string>
  const [, appendfsync] = (await redis.config("GET", "appendfsync")) as ReadonlyArray<string>
  return {
    url,
    words: `Redis ${version}, appendonly ${appendonly}, appendfsync ${appendfsync}`,
    cpu: redisCpu(() => redis.info("cpu")),
    close: async () => redis.disconnect()
  }
}

/** @throws Error if there is none to be had */
export const postgresServer = async (given: string | undefined): Promise<Server> => {
  const url = given ?? (await started(servers.ownPostgres({})))
  // Its process tells, by its parent, which others are the server's: it must live as long as the run.
  const pool = new Pool({ connectionString: url, max: 1, idleTimeoutMillis: 0 })
  const { rows } = await pool.query<{ version: string; fsync: string; commit: string; pid: number }>(
    `SELECT current_setting('server_version') AS version, current_setting('fsync') AS fsync,
       current_setting('synchronous_commit') AS commit, pg_backend_pid() AS pid`
  )
  const { commit, fsync, pid, version } = rows[0]!
  await prepare(url)
  return {
    url,
    words: `Postgres ${version}, fsync ${fsync}, synchronous_commit ${commit}`,
    cpu: postgresCpu(pid),
    close: () => pool.end()
  }
}

/** One Redis and a Cluster of three, which keep nothing on disk; and as many Postgres, which do. */
export interface Masters {
  readonly redis: { readonly one: string; readonly three: ReadonlyArray<string>; readonly cpu: CpuOf }
  readonly postgres: { readonly three: ReadonlyArray<string>; readonly cpu: CpuOf }
  readonly close: () => Promise<void>
}

export const mastersOf = async (): Promise<Masters> => {
  const [cluster, one, ...postgres] = await Promise.all([
    servers.redisCluster(),
    started(servers.ownRedis({ args: ["--save", "", "--appendonly", "no"] })),
    started(servers.ownPostgres({})),
    started(servers.ownPostgres({})),
    started(servers.ownPostgres({}))
  ])
  if ("none" in cluster) throw new Error(`no server: ${cluster.none}`)
  const clients = [one, ...cluster.urls].map((url) => new Redis(url))
  const pools = postgres.map((connectionString) => new Pool({ connectionString, max: 1, idleTimeoutMillis: 0 }))
  const pids: Array<number> = []
  for (const pool of pools) {
    const { rows } = await pool.query<{ pid: number }>("SELECT pg_backend_pid() AS pid")
    pids.push(rows[0]!.pid)
  }
  return {
    redis: { one, three: cluster.urls, cpu: sumOf(clients.map((client) => redisCpu(() => client.info("cpu")))) },
    postgres: { three: postgres, cpu: sumOf(pids.map(postgresCpu)) },
    close: async () => {
      for (const client of clients) client.disconnect()
      for (const pool of pools) await pool.end()
    }
  }
}

const sumOf =
  (all: ReadonlyArray<CpuOf>): CpuOf =>
  async () => {
    const micros = await Promise.all(all.map((one) => one()))
    return micros.includes(null) ? null : micros.reduce<number>((sum, one) => sum + (one ?? 0), 0)
  }

const started = async (own: ReturnType<Servers["ownRedis"]>): Promise<string> => {
  const server = await own
  if ("none" in server) throw new Error(`no server: ${server.none}`)
  return server.url
}
