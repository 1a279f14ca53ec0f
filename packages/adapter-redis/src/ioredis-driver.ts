/**
 * The driver for ioredis: a connection that is given, or one made here and closed with the store.
 */
import { MisconfiguredError, NotAppliedError } from "@tallystick/core/store"
import { Cluster, Command, Redis } from "ioredis"
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
    ordered: true,
    evaluate: evaluateWith(client),
    close: () => closed(client)
  }
}

/** @throws MisconfiguredError if the connection would send a command twice */
export const givenDriver = (client: Redis | Cluster): RedisDriver => {
  const options = client instanceof Cluster ? client.options.redisOptions : client.options
  if (options?.autoResendUnfulfilledCommands !== false || options.maxRetriesPerRequest !== 0)
    throw new MisconfiguredError(
      `this ioredis connection may send a command twice: make it with connectionOptions of @tallystick/adapter-redis (${client instanceof Cluster ? "as redisOptions: " : ""}autoResendUnfulfilledCommands: false, maxRetriesPerRequest: 0)`
    )
  // A Cluster sends again, and later, what a server refused because the slot is elsewhere by now.
  return { ordered: !(client instanceof Cluster), evaluate: evaluateWith(client) }
}

const evaluateWith = (client: Redis | Cluster): RedisDriver["evaluate"] => {
  const readiness = readinessOf(client)
  return async (command, script, keys, args, signal) => {
    if (client.status !== "ready") await readiness.wait(signal)
    try {
      return await send(client, command, [script, String(keys.length), ...keys, ...args])
    } catch (error) {
      throw wasNeverSent(error)
        ? new NotAppliedError(`no connection to Redis: ${error.message}`, { cause: error })
        : error
    }
  }
}

const send = (client: Redis | Cluster, name: string, args: Array<string>): Promise<unknown> => {
  const { keyPrefix } = client.options
  const command = new Command(name.toLowerCase(), args, {
    replyEncoding: "utf8",
    ...(keyPrefix === undefined ? {} : { keyPrefix })
  })
  const fail = command.reject
  const answer = client.sendCommand(command) as Promise<unknown>
  const redirect = command.reject
  // A Cluster sends a command again that was on a connection when it was lost; what a server refused (MOVED, ASK, TRYAGAIN) it may send elsewhere.
  if (client instanceof Cluster)
    command.reject = (error) => (error.message === CONNECTION_CLOSED ? fail : redirect).call(command, error)
  return answer
}

/** As ioredis says it. */
const CONNECTION_CLOSED = "Connection is closed."

const wasNeverSent = (error: unknown): error is Error =>
  error instanceof Error && /enableOfflineQueue options is false|^Too many Cluster redirections/.test(error.message)

/** Resolves when the socket is closed. One that is waiting to try again has none. */
const closed = async (client: Redis): Promise<void> => {
  if (client.status === "end") return
  const ended = new Promise<void>((resolve) => client.once("end", () => resolve()))
  const hasSocket = client.status !== "reconnecting"
  client.disconnect()
  if (hasSocket) await ended
}
