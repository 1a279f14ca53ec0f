/**
 * Real Redis and Postgres servers for test files. Each is started when it is first asked for and shared by the run.
 *
 * @example
 * const server = await redisServer()
 * const prefix = await keyPrefix()
 * describeWith(server, "the store", ({ url }) => {
 *   it("answers", async () => {
 *     const redis = new Redis(url, { keyPrefix: prefix })
 *   })
 * })
 */
import { describe, expect, it } from "vitest"
import { ask } from "./ask.ts"
import { isNone, type None, type Own, owned, type OwnOptions, type Server } from "./wire.ts"

export type { Cluster, None, OwnOptions, Server } from "./wire.ts"
export { isNone, owned }

/** The run's Redis: nothing is persisted. Use `keyPrefix`: other test files use it at the same time. */
export const redisServer = () => ask("redisServer")
/** The run's Redis Cluster of three masters. */
export const redisCluster = () => ask("redisCluster")
/** The run's Postgres, user `postgres`, a superuser. Use `schemaName`: other test files use it at the same time. */
export const postgresServer = () => ask("postgresServer")

/** A server of one test's own, which may kill it. Ended by `stop`, `await using` or the end of the run. */
export interface OwnServer extends Own, AsyncDisposable {
  /** As `kill -9`. */
  readonly kill: () => Promise<void>
  /** After `kill`: on the same port, with what was persisted. */
  readonly start: () => Promise<void>
  readonly stop: () => Promise<void>
}

const handle = (own: Own | None): OwnServer | None => {
  if (isNone(own)) return own
  const act = (name: "kill" | "start" | "stop") => async (): Promise<void> => void (await ask(name, own.id))
  const stop = act("stop")
  return { ...own, kill: act("kill"), start: act("start"), stop, [Symbol.asyncDispose]: stop }
}

/**
 * A Redis of one's own.
 *
 * @example
 * await using redis = owned(await ownRedis({ args: ["--maxmemory", "2mb", "--maxmemory-policy", "allkeys-lru"] }))
 */
export const ownRedis = async (options: OwnOptions = {}) => handle(await ask("ownRedis", options))
/** A Postgres of one's own, with `fsync` on. */
export const ownPostgres = async (options: OwnOptions = {}) => handle(await ask("ownPostgres", options))

/** `t17:`, a prefix that no other caller of this run gets, and no other run does in a server that both use. */
export const keyPrefix = async (): Promise<string> => `${await ask("prefix")}:`
/** `t17`, the same for a schema. The test file creates it. */
export const schemaName = (): Promise<string> => ask("prefix")

/** A suite for a server; skipped, and said so at the end of the run, where there is none. */
export const describeWith = <A extends Server>(server: A | None, name: string, body: (server: A) => void): void => {
  if (!isNone(server)) return void describe(name, () => body(server))
  const { none } = server
  describe.skip(`${name} (SKIPPED: ${none})`, async () => {
    await ask("skipped", `${expect.getState().testPath}: ${name}`, none)
    it("needs a server", () => {})
  })
}
