/**
 * `route`: anonymous accounts in Redis, the others in memory. Accounts that meet are of one kind.
 */
import { memoryStore } from "@tallystick/adapter-memory"
import { redisStore } from "@tallystick/adapter-redis"
import { QuotaStore, route } from "@tallystick/core/store"
import { contract } from "@tallystick/sim/contract"
import { describeWith, keyPrefix, redisServer } from "@tallystick/test-servers"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"

const prefix = await keyPrefix()

/** Every second group of accounts is anonymous. */
const accountOf = (name: string): string => {
  let sum = 0
  for (const letter of name.split("/")[0]!) sum += letter.charCodeAt(0)
  return `${sum % 2 === 0 ? "anon" : "user"}:${name}`
}

describeWith(await redisServer(), "route", ({ url }) => {
  const store = Effect.acquireRelease(
    Effect.sync(() =>
      route({
        routes: [{ accounts: "anon*", store: redisStore({ url, prefix, clock: "caller" }) }],
        otherwise: memoryStore()
      })
    ),
    (store) => store.close
  )
  contract("Redis and memory, by route", Layer.effect(QuotaStore, store), { accountOf })
})
