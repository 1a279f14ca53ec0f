/**
 * The driver for ioredis: a connection that is given, or one made here and closed with the store.
 */
import { MisconfiguredError } from "@tallystick/core/store"
import { Cluster, Redis } from "ioredis"
import type { RedisOptions } from "ioredis"

import type { RedisDriver } from "./driver.ts"
import { readinessOf } from "./ready.ts"

/**
 * What a connection for Tallystick must be made with. ioredis by default sends a command again when its answer was lost (measured: one INCRBY counted
 * twice); with only `autoResendUnfulfilledCommands: false` such a call never settles (redis/ioredis #2193). With these two it fails at once, and the
 * caller is told that the outcome is unknown. No offline queue: what cannot be sent now is not sent later, behind the caller's back.
 *
 * @example
 * const connection = new Redis("redis://localhost:6379", connectionOptions)
 * const quota = createQuota({ store: redisStore({ connection }) })
 */
export const connectionOptions = {
  autoResendUnfulfilledCommands: false,
  maxRetriesPerRequest: 0,
  enableOfflineQueue: false
} as const satisfies RedisOptions

/** Where a connection leads. */
export interface ConnectionOptions {
  /** `redis://user:password@host:6379/0`; `rediss://` for TLS. Default: localhost. */
  readonly url?: string | undefined
  /** What else ioredis is to be told: TLS, names, Sentinels. */
  readonly options?: RedisOptions | undefined
}

/**
 * A connection that is made at the first call. Stores may share it (`driver`): who made it closes it.
 *
 * @example
 * const driver = redisDriver({ url: "redis://localhost:6379" })
 * const trial = redisStore({ driver, prefix: "trial:" })
 */
export const redisDriver = ({ url, options }: ConnectionOptions = {}): RedisDriver & {
  readonly close: () => Promise<void>
} => {
  const settings = { ...options, ...connectionOptions, lazyConnect: true, replyMapping: "legacy" as const }
  const client = new Redis(url ?? "redis://localhost:6379", settings)
  return {
    evaluate: evaluateWith(client),
    close: async () => {
      client.disconnect()
    }
  }
}

/** @throws MisconfiguredError if the connection would send a command twice */
export const givenDriver = (client: Redis | Cluster): RedisDriver => {
  const options = client instanceof Cluster ? client.options.redisOptions : client.options
  if (options?.autoResendUnfulfilledCommands !== false || options.maxRetriesPerRequest !== 0)
    throw new MisconfiguredError(
      `this ioredis connection may send a command twice: make it with connectionOptions of @tallystick/adapter-redis (${client instanceof Cluster ? "as redisOptions: " : ""}autoResendUnfulfilledCommands: false, maxRetriesPerRequest: 0)`
    )
  return { evaluate: evaluateWith(client) }
}

const evaluateWith = (client: Redis | Cluster): RedisDriver["evaluate"] => {
  const readiness = readinessOf(client)
  return async (command, script, keys, args, signal) => {
    if (client.status !== "ready") await readiness.wait(signal)
    const rest = [...keys, ...args]
    return command === "EVAL" ? client.eval(script, keys.length, ...rest) : client.evalsha(script, keys.length, ...rest)
  }
}
