/**
 * Stores in one real Redis, each under a prefix of its own, all over one connection. The world's clock is theirs.
 */
import { redisDriver, redisStore, removeKeys } from "@tallystick/adapter-redis"
import * as Effect from "effect/Effect"
import { randomUUID } from "node:crypto"

import type { LoadedStore } from "./loaded-store.ts"
import { UnknownStore } from "./unknown-store.ts"

/** @throws UnknownStore if no server answers there, or one that cannot keep quotas */
export const redisStores = async (url: string): Promise<LoadedStore> => {
  const driver = redisDriver({ url })
  const mine = `tallystick-sim:${randomUUID()}:`
  const first = redisStore({ driver, prefix: mine })
  try {
    await Effect.runPromise(first.usage([{ account: "first", window: { kind: "none" } }]))
  } catch (error) {
    await driver.close()
    throw new UnknownStore(url, error instanceof Error ? error.message : String(error))
  }
  let stores = 0
  return {
    name: url,
    makeStore: (settings) => redisStore({ ...settings, driver, prefix: `${mine}${stores++}:`, clock: "caller" }),
    close: async () => {
      try {
        await removeKeys(driver, mine)
      } finally {
        await driver.close()
      }
    }
  }
}
