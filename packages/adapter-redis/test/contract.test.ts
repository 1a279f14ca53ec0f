import { redisStore } from "@tallystick/adapter-redis"
import { QuotaStore } from "@tallystick/core/store"
import { contract } from "@tallystick/sim/contract"
import { describeWith, keyPrefix, redisServer } from "@tallystick/test-servers"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"

const prefix = await keyPrefix()

describeWith(await redisServer(), "Redis", ({ url }) => {
  const store = Effect.acquireRelease(
    Effect.sync(() => redisStore({ url, prefix, clock: "caller" })),
    (store) => store.close
  )
  contract("the Redis store", Layer.effect(QuotaStore, store))
})
