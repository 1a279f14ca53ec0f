/**
 * Each command, and a connection that breaks before it arrives or before its answer does. `TALLYSTICK_FAULT_TIMES` of each; the drivers as the README makes
 * them.
 */
import { redisStore } from "@tallystick/adapter-redis"
import type { QuotaStore } from "@tallystick/core/store"
import { Proxy } from "@tallystick/sim/proxy"
import { describeWith, keyPrefix, redisServer } from "@tallystick/test-servers"
import * as Effect from "effect/Effect"
import { afterAll, beforeAll, expect, test } from "vitest"

import { ask, cases, charge, PATIENT_MS } from "../../sim/faults/cases.ts"
import { loseEach, Losses } from "../../sim/faults/lossy.ts"

const TIMES = Number(process.env["TALLYSTICK_FAULT_TIMES"] ?? 12)
const CONNECTIONS = 12

const prefix = await keyPrefix()

describeWith(await redisServer(), "cut connections", ({ url }) => {
  let proxy: Proxy
  let stores: ReadonlyArray<QuotaStore>
  const direct = redisStore({ url, prefix, callTimeoutMs: PATIENT_MS })
  beforeAll(async () => {
    proxy = await Proxy.before(url)
    stores = Array.from({ length: CONNECTIONS }, () =>
      redisStore({ url: proxy.url, prefix, callTimeoutMs: PATIENT_MS })
    )
  })
  afterAll(async () => {
    for (const store of [...stores, direct]) await Effect.runPromise(store.close)
    await proxy[Symbol.asyncDispose]()
  })

  for (const [loss, name] of [
    ["cut", "before the request arrives"],
    ["cut-answer", "after the server acted"]
  ] as const)
    test(
      `each command, cut ${name}: unknown, and the same again makes one effect of it`,
      { timeout: 300_000 },
      async () => {
        // Each has looked at its server and loaded the script, so that what is lost is the one call.
        for (const [index, store] of stores.entries())
          for (let time = 0; time < 2; time++) await ask(store, charge(`warm${index}`, "warm", 0))
        const losses = new Losses()
        proxy.decide = losses.decide
        expect(await loseEach({ direct, stores, losses, loss, times: TIMES })).toBe(cases.length * TIMES)
      }
    )
})
