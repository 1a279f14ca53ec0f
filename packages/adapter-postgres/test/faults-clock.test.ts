/**
 * Clocks that are an hour off, either way.
 */
import { postgresStore, trialSchema, type TrialSchema } from "@tallystick/adapter-postgres"
import { describeWith, postgresServer, schemaName } from "@tallystick/test-servers"
import * as Effect from "effect/Effect"
import { afterAll, beforeAll, expect, test } from "vitest"

import { jumpingServer, jumpingServerSays, skewedClients, skewedClientsSay } from "../../sim/faults/clock.ts"

const schema = await schemaName()

describeWith(await postgresServer(), "clocks", ({ url }) => {
  let trial: TrialSchema
  beforeAll(async () => {
    trial = await trialSchema(url, schema)
  })
  afterAll(() => trial.remove())
  const storeOf = (clock: "store" | "caller") => postgresStore({ pool: trial.pool, schema, clock })

  test("clients an hour ahead and an hour behind: their clocks decide nothing", async () => {
    const store = storeOf("store")
    expect(await skewedClients(store, Date.now(), "skewed")).toEqual(skewedClientsSay)
    await Effect.runPromise(store.close)
  })

  test("a server an hour ahead and back, an hour behind, over midnight and back: no end is lost or counted twice, one new day", async () => {
    const store = storeOf("caller")
    expect(await jumpingServer(store, "jumping")).toEqual(jumpingServerSays)
    await Effect.runPromise(store.close)
  })
})
