/**
 * Group commit is on unless told otherwise: what arrives while a call is under way leaves together, partition by partition.
 */
import { redisDriver, redisStore } from "@tallystick/adapter-redis"
import type { RedisDriver } from "@tallystick/adapter-redis"
import { describeWith, keyPrefix, redisServer } from "@tallystick/test-servers"
import { Redis } from "ioredis"
import { afterAll, expect, test } from "vitest"

import { charge, execute, sums, tagOf } from "./support/calls.ts"

const partition = (account: string): string => account.split("/")[0]!
const prefix = await keyPrefix()

describeWith(await redisServer(), "Redis", ({ url }) => {
  const driver = redisDriver({ url })
  afterAll(() => driver.close())

  /** Counts the calls of the script. */
  const counting = (): { readonly driver: RedisDriver; readonly calls: Array<ReadonlyArray<string>> } => {
    const calls: Array<ReadonlyArray<string>> = []
    const evaluate: RedisDriver["evaluate"] = (command, script, keys, args, signal) => {
      calls.push(keys)
      return driver.evaluate(command, script, keys, args, signal)
    }
    return { calls, driver: { evaluate } }
  }
  const ids = Array.from({ length: 40 }, (_, index) => `call-${index}`)

  test("40 calls at once leave in two; with `false` each on its own", async () => {
    for (const [batch, trips] of [
      [undefined, 2],
      [false, 40]
    ] as const) {
      const { calls, driver } = counting()
      const store = redisStore({ driver, prefix: `${prefix}${trips}:`, batch })
      await execute(store, charge("first", 1)) // and the look at the server
      calls.length = 0
      expect(await Promise.all(ids.map((id) => tagOf(store, charge(id, 1))))).toEqual(ids.map(() => "Charged"))
      expect(calls.length).toBe(trips)
      expect(await sums(store)).toEqual([41, 0])
    }
  })

  test("a key of one account's that cannot be read is nobody else's affair", async () => {
    const store = redisStore({ driver, prefix: `${prefix}bad:`, batch: { maxFlushes: 1 } })
    const redis = new Redis(url)
    await redis.set(`${prefix}bad:{/}a:bad`, "no hash")
    redis.disconnect()
    const first = tagOf(store, charge("first", 1))
    const others = [charge("1", 1), charge("2", 1, "bad"), charge("3", 1)]
    const told = await Promise.allSettled(others.map((command) => tagOf(store, command)))
    expect(await first).toBe("Charged")
    expect(told.map((one) => (one.status === "fulfilled" ? one.value : String(one.reason)))).toEqual([
      "Charged",
      expect.stringMatching(/Corrupt/),
      "Charged"
    ])
  })

  test("its bounds are told by name", () => {
    expect(() => redisStore({ driver, batch: { maxCommands: 0 } })).toThrow("maxCommands must be an integer from 1")
  })

  test("partitions do not share a call: one that fails fails its own only, and none waits for another", async () => {
    const { calls, driver: counted } = counting()
    let open = (): void => {}
    const gate = new Promise<void>((resolve) => (open = resolve))
    const store = redisStore({
      prefix: `${prefix}parts:`,
      partition,
      driver: {
        evaluate: async (command, script, keys, args, signal) => {
          if (!keys.some((key) => key.includes("{red}"))) return counted.evaluate(command, script, keys, args, signal)
          await gate
          throw new Error("the connection broke")
        }
      }
    })
    await execute(store, charge("first", 1, "blue/a"))
    const red = ids.map((id) => tagOf(store, charge(id, 1, "red/a")))
    calls.length = 0
    const blue = await Promise.all(ids.map((id) => tagOf(store, charge(id, 1, "blue/a"))))
    expect(blue).toEqual(ids.map(() => "Charged"))
    expect(calls.length).toBe(2)
    open()
    expect(await Promise.all(red)).toEqual(ids.map(() => "OutcomeUnknown"))
    expect(await sums(store, "blue/a")).toEqual([41, 0])
  })

  test("a call over two partitions rides in the flushes of both", async () => {
    const { calls, driver } = counting()
    const store = redisStore({ prefix: `${prefix}both:`, partition, driver })
    await execute(store, charge("first", 1, "blue/a"), charge("first", 1, "red/a"))
    calls.length = 0
    const answers = await Promise.all(ids.map((id) => execute(store, charge(id, 1, "blue/a"), charge(id, 2, "red/a"))))
    expect(answers.flat().map(({ _tag, id }) => `${_tag} ${id}`)).toEqual(
      ids.flatMap((id) => [`Charged ${id}`, `Charged ${id}`])
    )
    expect(calls.length).toBe(4)
    expect([await sums(store, "blue/a"), await sums(store, "red/a")]).toEqual([
      [41, 0],
      [81, 0]
    ])
  })
})
