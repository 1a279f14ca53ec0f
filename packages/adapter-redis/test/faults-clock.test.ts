/**
 * Clocks that are an hour off, either way.
 */
import { redisStore } from "@tallystick/adapter-redis"
import { describeWith, keyPrefix, redisServer } from "@tallystick/test-servers"
import * as Effect from "effect/Effect"
import { expect, test } from "vitest"

import { jumpingServer, jumpingServerSays, skewedClients, skewedClientsSay } from "../../sim/faults/clock.ts"

const prefix = await keyPrefix()

describeWith(await redisServer(), "clocks", ({ url }) => {
  const storeOf = (clock: "store" | "caller") => redisStore({ url, prefix: `${prefix}${clock}:`, clock })

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
