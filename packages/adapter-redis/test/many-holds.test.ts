/**
 * A hundred thousand holds of one account that expire in the same second hold nobody up: what a call does is counted in calls of Redis and in the time
 * that the server itself says a script took.
 */
import { redisStore } from "@tallystick/adapter-redis"
import { describeWith, ownRedis } from "@tallystick/test-servers"
import * as Effect from "effect/Effect"
import { afterAll, expect, test } from "vitest"

import { at, charge, executeAt, finalize, of, reserve } from "./support/calls.ts"
import { Inspector } from "./support/inspect.ts"

const START_MS = 1_728_000_000_000
const PER_CALL = 1_000

describeWith(await ownRedis({ args: ["--save", ""] }), "many holds", (server) => {
  const store = redisStore({ url: server.url, clock: "caller", callTimeoutMs: 60_000 })
  const inspector = new Inspector(server.url)
  afterAll(async () => {
    await Effect.runPromise(store.close)
    await inspector[Symbol.asyncDispose]()
    await server.stop()
  })

  /** Holds of 1 each, the i-th for `ttlOf(i)` ms. */
  const hold = async (account: string, count: number, ttlOf: (i: number) => number): Promise<void> => {
    for (let i = 0; i < count; i += PER_CALL) {
      const commands = Array.from({ length: PER_CALL }, (_, j) => ({
        ...reserve(`h${i + j}`, account, 1, ttlOf(i + j)),
        legs: [{ ...of(account, null), amount: 1, settle: "held" as const }]
      }))
      const answers = await executeAt(store, START_MS, commands as never)
      expect(answers.every(({ _tag }) => _tag === "Granted")).toBe(true)
    }
  }
  const sumsAt = async (nowMs: number, account: string): Promise<readonly [number, number]> => {
    const [answer] = await Effect.runPromise(at(nowMs, store.usage([of(account, null)])))
    return [answer!.used, answer!.reserved]
  }
  /** Calls of Redis that the scripts of `act` make, by name. */
  const callsDuring = async (act: () => Promise<unknown>): Promise<(name: string) => number> => {
    const before = await inspector.calls()
    await act()
    const after = await inspector.calls()
    return (name) => after(name) - before(name)
  }
  /** Scripts that held the server for longer than this, as it says itself. */
  const slowlyDuring = async (microseconds: number, act: () => Promise<unknown>): Promise<number> => {
    await inspector.redis.config("SET", "slowlog-log-slower-than", microseconds)
    await inspector.redis.slowlog("RESET")
    await act()
    const slow = (await inspector.redis.slowlog("GET", 128)) as ReadonlyArray<[number, number, number, Array<string>]>
    return slow
      .filter(([, , , [command]]) => /^eval/i.test(command!))
      .reduce((most, [, , took]) => Math.max(most, took), 0)
  }

  test("100,000 expire in one second, and each call after that is as cheap as any", { timeout: 60_000 }, async () => {
    const count = 100_000
    await hold("many", count, () => 60_000)
    expect(await sumsAt(START_MS, "many")).toEqual([0, count])
    const laterMs = START_MS + 62_000
    expect(await sumsAt(laterMs, "many")).toEqual([count, 0])
    const slowest = await slowlyDuring(1_000, async () => {
      for (let i = 0; i < 50; i++) {
        const calls = await callsDuring(() => executeAt(store, laterMs + i, [charge(`after${i}`, 1, "many")]))
        expect([calls("evalsha"), calls("hscan")]).toEqual([1, 0])
        // The tick stands in the row.
        expect(calls("zrangebyscore")).toBe(0)
        expect(await sumsAt(laterMs + i, "many")).toEqual([count + i + 1, 0])
      }
      // A late ending of one of them corrects what its expiry charged.
      const late = { ...finalize("h77777", 0, "many"), legs: [of("many", null)] }
      expect(await executeAt(store, laterMs + 50, [late as never])).toMatchObject([
        { _tag: "Finalized", legs: [{ late: true, debited: 1 }], accounts: [{ used: count + 50 }] }
      ])
    })
    if (process.env["TALLYSTICK_TEST_TELL"]) console.log(`slowest script after the expiry: ${slowest} us`)
    // A week and an hour later they are collected, some with each call.
    const key = ((await inspector.redis.keys("*a:many*")) as ReadonlyArray<string>)[0]!
    const muchLaterMs = laterMs + 7 * 86_400_000 + 3_600_000
    const collecting = await slowlyDuring(1_000, async () => {
      for (let i = 0; i < 50; i++) {
        const before = await inspector.redis.hlen(key)
        const calls = await callsDuring(() => executeAt(store, muchLaterMs + i, [charge(`much${i}`, 1, "many")]))
        expect([calls("evalsha"), calls("hscan")]).toEqual([1, 1])
        const gone = before - (await inspector.redis.hlen(key))
        expect(gone).toBeGreaterThan(0)
        expect(gone).toBeLessThan(1_000)
      }
    })
    if (process.env["TALLYSTICK_TEST_TELL"]) console.log(`slowest script while they are collected: ${collecting} us`)
  })

  const settleAll = async (count: number): Promise<void> => {
    const account = `ticks${count}`
    await hold(account, count, (i) => 60_000 + i * 1_000)
    const laterMs = START_MS + 60_000 + count * 1_000 + 2_000
    const slowest = await slowlyDuring(1_000, async () => {
      const calls = await callsDuring(() => executeAt(store, laterMs, [charge("after", 1, account)]))
      expect(calls("evalsha")).toBe(1)
      // A thousand ticks with each, and none for one of them alone.
      expect(calls("zrangebyscore")).toBeLessThanOrEqual(count / 1_000 + 1)
      expect(calls("hmget")).toBeLessThanOrEqual(count / 1_000 + 2)
      expect(calls("hget") + calls("hdel") + calls("zrem") + calls("zremrangebyscore")).toBeLessThanOrEqual(8)
    })
    expect(await sumsAt(laterMs, account)).toEqual([count + 1, 0])
    const next = await callsDuring(() => executeAt(store, laterMs + 1, [charge("next", 1, account)]))
    expect(next("zrangebyscore") + next("hget")).toBeLessThanOrEqual(2)
    if (process.env["TALLYSTICK_TEST_TELL"]) console.log(`the call that settles ${count} ticks: ${slowest} us`)
  }

  test("7,000 that fall due at as many ticks are settled by one call", () => settleAll(7_000))

  // The script deletes all fields at once, and Lua hands over at most 8,000: see the report of the bug.
  test("10,000 that fall due at as many ticks are settled by one call", () => settleAll(10_000))
})
