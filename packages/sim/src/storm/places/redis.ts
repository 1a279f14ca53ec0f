/**
 * A storm's place in Redis: a prefix of its own.
 */
import { redisDriver, redisStore, removeKeys } from "@tallystick/adapter-redis"
import * as Effect from "effect/Effect"

import { UnknownStore } from "../../stores/unknown-store.ts"
import type { Place } from "./place.ts"
import { auditRedis, keysOf } from "./redis-audit.ts"
import { connectRedis } from "./redis-client.ts"
import type { RedisClient } from "./redis-client.ts"

/** @throws UnknownStore if no server answers there, or one that cannot keep quotas */
export const redisPlace = async (url: string, id: string): Promise<Place> => {
  const prefix = `tallystick-storm:${id}:`
  const driver = redisDriver({ url })
  const store = redisStore({ driver, prefix })
  try {
    await Effect.runPromise(store.usage([{ account: "first", window: { kind: "none" } }]))
    const keys = await once(url, (client) => keysOf(client, prefix))
    if (keys.length > 0) throw new Error(`there are keys that begin with ${prefix}`)
  } catch (error) {
    await driver.close()
    throw new UnknownStore(url, error instanceof Error ? error.message : String(error))
  }
  return {
    address: { kind: "redis", url, name: prefix },
    store,
    flushScripts: async () => void (await once(url, (client) => client.send([["SCRIPT", "FLUSH"]]))),
    audit: () => once(url, (client) => auditRedis(client, prefix)),
    remove: async () => {
      try {
        await removeKeys(driver, prefix)
      } finally {
        await driver.close()
      }
    }
  }
}

const once = async <A>(url: string, act: (client: RedisClient) => Promise<A>): Promise<A> => {
  const client = await connectRedis(url)
  try {
    return await act(client)
  } finally {
    client.close()
  }
}
