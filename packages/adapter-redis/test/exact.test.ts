/**
 * Large numbers come back as they went, over both clients.
 */
import { redisStore } from "@tallystick/adapter-redis"
import { MAX_AMOUNT } from "@tallystick/core/machine"
import { describeWith, keyPrefix, redisServer } from "@tallystick/test-servers"
import * as Effect from "effect/Effect"
import { expect, test } from "vitest"

import { execute, of } from "./support/calls.ts"
import { nodeRedisDriver } from "./support/node-redis-driver.ts"

const large = [MAX_AMOUNT, 10 ** 15 + 1, 123_456_789_012_345, 2 ** 52 + 1]

describeWith(await redisServer(), "exact", ({ url }) => {
  for (const client of ["ioredis", "node-redis"])
    test.for(large)(`%d, over ${client}`, async (amount) => {
      const driver = client === "ioredis" ? undefined : await nodeRedisDriver(url)
      const store = redisStore({ prefix: await keyPrefix(), ...(driver === undefined ? { url } : { driver }) })
      const account = (name: string) => ({ ...of(name), limit: undefined })
      const adjust = (
        id: string,
        adjustment: { kind: "setLimit"; limit: number } | { kind: "credit"; amount: number }
      ) => execute(store, { kind: "adjust", id, adjustment, legs: [account("a")] })
      expect(await adjust("limit", { kind: "setLimit", limit: amount - 1 })).toMatchObject([
        { accounts: [{ limit: amount - 1, spendable: amount - 1 }] }
      ])
      expect(await adjust("credit", { kind: "credit", amount: 1 })).toMatchObject([{ accounts: [{ limit: amount }] }])
      const leg = { ...account("a"), amount, settle: "actual" } as const
      expect(await execute(store, { kind: "reserve", id: "r", ttlMs: 60_000, legs: [leg] })).toMatchObject([
        { _tag: "Granted", accounts: [{ reserved: amount, spendable: 0 }], legs: [{ held: amount }] }
      ])
      expect(
        await execute(store, { kind: "extend", id: "r", legs: [{ ...account("a"), measured: amount }] })
      ).toMatchObject([{ _tag: "Extended", legs: [{ measured: amount }] }])
      const { items } = await Effect.runPromise(store.holds({ account: "a" }, { limit: 1 }))
      expect(items).toMatchObject([{ amount, held: amount, measured: amount }])
      const ending = { kind: "finalize", id: "r", overage: "debit", ifUnknown: "mark", sentAgoMs: 0 } as const
      expect(await execute(store, { ...ending, legs: [{ ...account("a"), actual: amount }] })).toMatchObject([
        { _tag: "Finalized", accounts: [{ used: amount, reserved: 0 }], legs: [{ debited: amount }] }
      ])
      expect(await execute(store, { kind: "charge", id: "c", legs: [{ ...of("b", null), amount }] })).toMatchObject([
        { _tag: "Charged", accounts: [{ used: amount }], legs: [{ debited: amount }] }
      ])
      const usage = await Effect.runPromise(store.usage([account("a"), of("b", null)]))
      expect(usage).toMatchObject([{ used: amount, limit: amount, spendable: 0 }, { used: amount }])
      await Effect.runPromise(store.close)
      driver?.end()
    })
})
