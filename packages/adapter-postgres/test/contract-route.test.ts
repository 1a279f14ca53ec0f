/**
 * `route`: anonymous accounts in Redis, the others in Postgres. Accounts that meet are of one kind.
 */
import { postgresStore, trialSchema } from "@tallystick/adapter-postgres"
import { redisStore } from "@tallystick/adapter-redis"
import { QuotaStore, route } from "@tallystick/core/store"
import { contract } from "@tallystick/sim/contract"
import { describeWith, isNone, keyPrefix, postgresServer, redisServer, schemaName } from "@tallystick/test-servers"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"

const redis = await redisServer()
const postgres = await postgresServer()
const prefix = await keyPrefix()

/** Every second group of accounts is anonymous. */
const accountOf = (name: string): string => {
  let sum = 0
  for (const letter of name.split("/")[0]!) sum += letter.charCodeAt(0)
  return `${sum % 2 === 0 ? "anon" : "user"}:${name}`
}

describeWith(isNone(redis) ? redis : postgres, "route", ({ url }) => {
  const trial = Effect.acquireRelease(
    Effect.promise(async () => trialSchema(url, await schemaName())),
    ({ remove }) => Effect.promise(remove)
  )
  const store = Effect.flatMap(trial, ({ pool, schema }) =>
    Effect.acquireRelease(
      Effect.sync(() =>
        route({
          routes: [
            { accounts: "anon*", store: redisStore({ url: isNone(redis) ? "" : redis.url, prefix, clock: "caller" }) }
          ],
          otherwise: postgresStore({ pool, schema, clock: "caller" })
        })
      ),
      (store) => store.close
    )
  )
  // Half of them go to either; as many as the Postgres store alone is given would take twice the time.
  const programs = Number(process.env["TALLYSTICK_POSTGRES_PROGRAMS"] ?? 60)
  contract("Redis and Postgres, by route", Layer.effect(QuotaStore, store), { accountOf, programs })
})
