/**
 * Stores in one real Redis, each under a prefix of its own, all over one connection. The world's clock is theirs.
 */
import { redisDriver, redisStore, removeKeys } from "@tallystick/adapter-redis"
import { randomUUID } from "node:crypto"

import type { LoadedStore } from "./loaded-store.ts"

export const redisStores = (url: string): LoadedStore => {
  const driver = redisDriver({ url })
  const mine = `tallystick-sim:${randomUUID()}:`
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
