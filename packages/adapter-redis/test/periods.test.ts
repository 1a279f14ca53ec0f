/**
 * Holds of more periods at one tick than Lua hands over values (some 8,000, four for each period).
 */
import { redisStore } from "@tallystick/adapter-redis"
import type { Command } from "@tallystick/core/machine"
import { describeWith, keyPrefix, redisServer } from "@tallystick/test-servers"
import * as Effect from "effect/Effect"
import { Redis } from "ioredis"
import { afterAll, expect, test } from "vitest"

import { executeAt } from "./support/calls.ts"

const PERIODS = 2_100
const START_MS = 1_700_000_000_000
const END_MS = START_MS + 86_400_000

const account = { account: "a", window: { kind: "fixed", lengthMs: 1_000 }, unit: "u", limit: 10 } as const
const prefix = await keyPrefix()

describeWith(await redisServer(), "Redis", ({ url }) => {
  const store = redisStore({ url, prefix, clock: "caller" })
  const redis = new Redis(url)
  afterAll(async () => {
    redis.disconnect()
    await Effect.runPromise(store.close)
  })

  test("a hold that ends at the same tick as those of 2,100 windows before it is taken and given back", async () => {
    const reserve = (period: number): Command => ({
      kind: "reserve",
      id: `r${period}`,
      ttlMs: END_MS - START_MS - period * 1_000,
      legs: [{ ...account, amount: 1, settle: "actual" }]
    })
    await executeAt(store, START_MS, [reserve(0)])
    // What 2,099 more windows leave behind, written at once: a call for each took 15 s.
    const key = `${prefix}{/}a:a\nfixed:1000`
    const due = Array.from({ length: PERIODS }, (_, period) => [period - PERIODS, 1, 1, 0])
    const row = JSON.parse((await redis.hget(key, "row"))!) as ReadonlyArray<unknown>
    const written = row.slice(24)
    const before = due.flatMap((one) => [END_MS, ...one])
    await redis.hset(key, "row", JSON.stringify([...row.slice(0, 23), ...before, END_MS, ...written]))
    const [granted] = await executeAt(store, START_MS + 1_000, [reserve(1)])
    expect(granted).toMatchObject({ _tag: "Granted" })
    const [released] = await executeAt(store, START_MS + 2_000, [{ kind: "release", id: "r1", legs: [account] }])
    expect(released).toMatchObject({ _tag: "Released" })
    // There is no room for them in the row.
    expect(JSON.parse((await redis.hget(key, `due:${END_MS}`))!)).toEqual([...due.flat(), ...written])
  })
})
