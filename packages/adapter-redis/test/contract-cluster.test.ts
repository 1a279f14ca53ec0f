/**
 * On a Cluster of three masters the accounts that meet share a partition, and the partitions lie in different slots.
 */
import { connectionOptions, redisStore } from "@tallystick/adapter-redis"
import { QuotaStore } from "@tallystick/core/store"
import { contract } from "@tallystick/sim/contract"
import { describeWith, keyPrefix, redisCluster } from "@tallystick/test-servers"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { Cluster } from "ioredis"

const prefix = await keyPrefix()

/** Of `GROUP/NAME` the group. */
const partition = (account: string): string => account.split("/")[0]!

describeWith(await redisCluster(), "Redis Cluster", ({ urls }) => {
  const store = Effect.acquireRelease(
    Effect.sync(() => {
      const connection = new Cluster([...urls], { redisOptions: connectionOptions })
      return { connection, store: redisStore({ connection, partition, prefix, clock: "caller" }) }
    }),
    ({ connection }) => Effect.sync(() => connection.disconnect())
  )
  const layer = Layer.effect(
    QuotaStore,
    Effect.map(store, ({ store }) => store)
  )
  contract("the Redis store on a Cluster", layer, { strangeIds: 2_000 })
})
