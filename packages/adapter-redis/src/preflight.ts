/**
 * What a server must be, asked once, before the first call.
 */
import { MisconfiguredError } from "@tallystick/core/store"

/** Redis 7.0: scripts with flags. Valkey answers with the version of Redis that it is compatible with (7.2.4). */
const LEAST_MAJOR = 7

/** Whether a server that may drop keys when its memory is full is refused. */
export type EvictionPolicy = "refuse" | "accept"

/** @throws MisconfiguredError if quotas cannot be kept on this server */
export const checkServer = (reply: unknown, eviction: EvictionPolicy): void => {
  const info = Array.isArray(reply) ? reply.join("\r\n") : ""
  const read = (name: string): string | undefined => new RegExp(`^${name}:([^\\r\\n]*)`, "m").exec(info)?.[1]
  const version = read("redis_version")
  if (version !== undefined && Number.parseInt(version, 10) < LEAST_MAJOR)
    throw new MisconfiguredError(`the server is Redis ${version}: this store needs 7.0 or later, or Valkey`)
  if (read("role") === "slave")
    throw new MisconfiguredError("the server is a replica, which takes no writes: connect to the master")
  const policy = read("maxmemory_policy")
  if (eviction === "refuse" && policy !== undefined && policy !== "noeviction")
    throw new MisconfiguredError(
      `the server's maxmemory-policy is ${policy}, which may drop quotas when its memory is full: set noeviction, or eviction: "accept" if you know that it cannot come to that`
    )
}
