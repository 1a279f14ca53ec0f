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
  // A program takes some 30 ms and more here; TALLYSTICK_POSTGRES_PROGRAMS=2000 runs as many as the other stores are given.
  const programs = Number(process.env["TALLYSTICK_POSTGRES_PROGRAMS"] ?? 60)
  contract("the Postgres store", Layer.effect(QuotaStore, store), { programs })
})
