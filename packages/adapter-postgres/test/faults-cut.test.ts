/**
 * Each command, and a connection that breaks before it arrives or before its answer does. `TALLYSTICK_FAULT_TIMES` of each; the drivers as the README makes
 * them.
 */
import { postgresStore, trialSchema, type TrialSchema } from "@tallystick/adapter-postgres"
import type { QuotaStore } from "@tallystick/core/store"
import { Proxy } from "@tallystick/sim/proxy"
import { describeWith, postgresServer, schemaName } from "@tallystick/test-servers"
import * as Effect from "effect/Effect"
import { afterAll, beforeAll, expect, test } from "vitest"

import { ask, cases, charge, PATIENT_MS } from "../../sim/faults/cases.ts"
import { loseEach, Losses } from "../../sim/faults/lossy.ts"

const TIMES = Number(process.env["TALLYSTICK_FAULT_TIMES"] ?? 12)
const CONNECTIONS = 12

const schema = await schemaName()

describeWith(await postgresServer(), "cut connections", ({ url }) => {
  let proxy: Proxy
  let stores: ReadonlyArray<QuotaStore>
  let trial: TrialSchema
  beforeAll(async () => {
    trial = await trialSchema(url, schema)
    proxy = await Proxy.before(url)
    stores = Array.from({ length: CONNECTIONS }, () =>
      postgresStore({ url: proxy.url, schema, callTimeoutMs: PATIENT_MS })
    )
  })
  afterAll(async () => {
    for (const store of stores) await Effect.runPromise(store.close)
    await proxy[Symbol.asyncDispose]()
    await trial.remove()
  })

  for (const [loss, name] of [
    ["cut", "before the request arrives"],
    ["cut-answer", "after the server acted"]
  ] as const)
    test(
      `each command, cut ${name}: unknown, and the same again makes one effect of it`,
      { timeout: 300_000 },
      async () => {
        // Each has looked at its schema.
        for (const [index, store] of stores.entries()) await ask(store, charge(`warm${index}`, "warm", 0))
        const losses = new Losses()
        proxy.decide = losses.decide
        const direct = postgresStore({ pool: trial.pool, schema, callTimeoutMs: PATIENT_MS })
        expect(await loseEach({ direct, stores, losses, loss, times: TIMES })).toBe(cases.length * TIMES)
      }
    )
})
