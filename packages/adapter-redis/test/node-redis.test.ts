/**
 * Another client behind the port keeps the same contract.
 */
import { redisStore } from "@tallystick/adapter-redis"
import { QuotaStore } from "@tallystick/core/store"
import { contract } from "@tallystick/sim/contract"
import { describeWith, keyPrefix, redisServer } from "@tallystick/test-servers"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"

import { nodeRedisDriver } from "./support/node-redis-driver.ts"

const prefix = await keyPrefix()

describeWith(await redisServer(), "Redis", ({ url }) => {
  const driver = Effect.acquireRelease(
    Effect.promise(() => nodeRedisDriver(url)),
    (driver) => Effect.sync(driver.end)
  )
  const store = Effect.map(driver, (driver) => redisStore({ driver, prefix, clock: "caller" }))
  contract("the Redis store over node-redis", Layer.effect(QuotaStore, store), { programs: 100, strangeIds: 30 })
})
