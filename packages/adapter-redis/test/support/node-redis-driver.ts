/**
 * node-redis behind the port.
 */
import type { RedisDriver } from "@tallystick/adapter-redis"
import { NotAppliedError } from "@tallystick/core/store"
import { createClient } from "redis"

/** node-redis never sends again what it has sent; without its offline queue it also sends nothing later. */
export const nodeRedisDriver = async (url: string): Promise<RedisDriver & { readonly end: () => void }> => {
  const client = createClient({ url, disableOfflineQueue: true })
  client.on("error", () => {})
  await client.connect()
  return {
    evaluate: async (command, script, keys, args) => {
      if (!client.isReady) throw new NotAppliedError("no connection to Redis")
      return client.sendCommand([command, script, String(keys.length), ...keys, ...args])
    },
    end: () => client.destroy()
  }
}
