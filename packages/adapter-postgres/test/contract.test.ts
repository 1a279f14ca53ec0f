import { postgresStore, trialSchema } from "@tallystick/adapter-postgres"
import { QuotaStore } from "@tallystick/core/store"
import { contract } from "@tallystick/sim/contract"
import { describeWith, postgresServer, schemaName } from "@tallystick/test-servers"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"

describeWith(await postgresServer(), "Postgres", ({ url }) => {
  const trial = Effect.acquireRelease(
    Effect.promise(async () => trialSchema(url, await schemaName())),
    ({ remove }) => Effect.promise(remove)
  )
  const store = Effect.map(trial, ({ pool, schema }) => postgresStore({ pool, schema, clock: "caller" }))
  // Two at once: of three the store's group commit would send some together.
  const programs = Number(process.env["TALLYSTICK_POSTGRES_PROGRAMS"] ?? 2_000)
  contract("the Postgres store", Layer.effect(QuotaStore, store), { programs, programsAtOnce: 2 })
})
