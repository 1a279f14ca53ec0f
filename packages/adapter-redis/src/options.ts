/**
 * What a Redis store can be told.
 */
import { readChoice, readInteger, readSettings, readText } from "@tallystick/core/machine"
import type { Settings } from "@tallystick/core/machine"
import type { BatchedOptions } from "@tallystick/core/store"
import type { Cluster, Redis } from "ioredis"

import type { RedisDriver } from "./driver.ts"
import { givenDriver, redisDriver } from "./ioredis-driver.ts"
import type { ConnectionOptions } from "./ioredis-driver.ts"
import { readPrefix } from "./keys.ts"
import type { Partition } from "./keys.ts"
import type { EvictionPolicy } from "./preflight.ts"

export interface RedisStoreOptions extends Partial<Settings>, ConnectionOptions {
  /** A connection of yours instead, made with `connectionOptions`; it stays open when the store closes. */
  readonly connection?: Redis | Cluster | undefined
  /** Another client instead of ioredis, or a connection that several stores share. It stays open when the store closes. */
  readonly driver?: RedisDriver | undefined
  /** What all keys begin with. Default `tallystick:`. No braces. */
  readonly prefix?: string | undefined
  /**
   * Which accounts live together; for Redis Cluster, where what one reservation names must lie in one slot. Default: all accounts together, so in one
   * slot. Changing it later loses sight of all accounts.
   */
  readonly partition?: Partition | undefined
  /** Whose clock decides. Default: the server's. With the caller's (Effect's `Clock`) no key expires by itself. */
  readonly clock?: "store" | "caller" | undefined
  /** Every call ends by then, ms: 1 to 60,000. Default 5,000. */
  readonly callTimeoutMs?: number | undefined
  /** Group commit: what arrives while a call is under way leaves together in the next one. Its bounds, or `false`: each call on its own. */
  readonly batch?: BatchedOptions | false | undefined
  /** Whether a server that may drop keys when its memory is full is taken nevertheless. Default `refuse`. */
  readonly eviction?: EvictionPolicy | undefined
}

export interface ReadOptions {
  readonly driver: RedisDriver
  /** Ends what was opened here. */
  readonly close: () => Promise<void>
  readonly prefix: string
  readonly partition: Partition | undefined
  readonly clock: "store" | "caller"
  readonly callTimeoutMs: number
  readonly batch: BatchedOptions | false
  readonly eviction: EvictionPolicy
  readonly settings: Settings
}

export const readOptions = (options: RedisStoreOptions): ReadOptions => ({
  prefix: readPrefix(options.prefix ?? "tallystick:"),
  partition: options.partition,
  clock: readChoice(options.clock ?? "store", "clock", ["store", "caller"]),
  callTimeoutMs: readInteger(options.callTimeoutMs ?? 5_000, "callTimeoutMs", 1, 60_000),
  batch: options.batch ?? {},
  eviction: readChoice(options.eviction ?? "refuse", "eviction", ["refuse", "accept"]),
  settings: readSettings(options),
  ...connected(options)
})

const connected = ({ driver, connection, url, options }: RedisStoreOptions): Pick<ReadOptions, "driver" | "close"> => {
  if (driver !== undefined) return { driver, close: leftOpen }
  if (connection !== undefined) return { driver: givenDriver(connection), close: leftOpen }
  const own = redisDriver({ url: url === undefined ? undefined : readText(url, "url", 2_048), options })
  return { driver: own, close: own.close }
}

const leftOpen = async (): Promise<void> => {}
