/**
 * Every call ends by its deadline, and says whether anything can have happened.
 */
import { redisStore } from "@tallystick/adapter-redis"
import type { RedisDriver } from "@tallystick/adapter-redis"
import type { QuotaStore } from "@tallystick/core/store"
import { describeWith, ownRedis } from "@tallystick/test-servers"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { spawnSync } from "node:child_process"
import { afterAll, beforeAll, expect, test } from "vitest"

import { charge, execute, of, outcome, sums, tagOf } from "./support/calls.ts"
import { Inspector } from "./support/inspect.ts"
import { Proxy } from "./support/proxy.ts"
import { until } from "./support/until.ts"

const callTimeoutMs = 200

test("an interrupted call tells its driver, so that what waits is never sent", async () => {
  let seen: AbortSignal | undefined
  const evaluate: RedisDriver["evaluate"] = (_command, _script, _keys, _args, signal) => {
    seen = signal
    return new Promise(() => {})
  }
  const fiber = Effect.runFork(redisStore({ driver: { evaluate } }).execute([charge("x")]))
  await until("the driver is asked", () => seen !== undefined)
  expect(seen!.aborted).toBe(false)
  await Effect.runPromise(Fiber.interrupt(fiber))
  expect(seen!.aborted).toBe(true)
})

test("where nothing listens, nothing was applied", async () => {
  const proxy = await Proxy.before(1)
  const { url } = proxy
  await proxy[Symbol.asyncDispose]()
  const store = redisStore({ url, callTimeoutMs })
  const failure = await outcome(store.execute([charge("x")]))
  expect(failure).toMatchObject({ _tag: "NotApplied", reason: expect.stringMatching(/no connection.*ECONNREFUSED/) })
  expect(await outcome(store.usage([of("a")]))).toMatchObject({ _tag: "NotApplied" })
  await Effect.runPromise(store.close)
})

describeWith(
  await ownRedis({ args: ["--save", "", "--appendonly", "yes", "--appendfsync", "always"] }),
  "deadlines",
  (server) => {
    const direct = redisStore({ url: server.url, options: { retryStrategy: () => 5 } })
    const stores: Array<QuotaStore> = [direct]
    let proxy: Proxy
    let inspector: Inspector

    beforeAll(async () => {
      proxy = await Proxy.before(server.port)
      inspector = new Inspector(server.url)
      await execute(direct, charge("warm", 0, "warm"))
    })
    afterAll(async () => {
      for (const store of stores) await Effect.runPromise(store.close)
      await proxy[Symbol.asyncDispose]()
      await inspector[Symbol.asyncDispose]()
      await server.stop()
    })
    const through = (): QuotaStore => {
      const store = redisStore({ url: proxy.url, callTimeoutMs, options: { retryStrategy: () => 5 } })
      stores.push(store)
      return store
    }

    test("a server that swallows everything was never asked", async () => {
      proxy.mode = "swallow"
      expect(await tagOf(through(), charge("swallowed"))).toBe("NotApplied")
      proxy.mode = "pass"
    })

    test("a server that does not say what it is was not asked to do anything", async () => {
      const store = through()
      const looking = outcome(store.execute([charge("never looked")]))
      proxy.mode = "lose"
      proxy.breaks = false
      const failure = await looking
      proxy.mode = "pass"
      proxy.breaks = true
      expect(failure).toMatchObject({ _tag: "NotApplied", reason: expect.stringMatching(/did not say what it is/) })
    })

    test("a request that was swallowed, and an answer that was, are unknown at the deadline; late answers hurt nobody", async () => {
      const store = through()
      await execute(store, charge("looked", 0, "other"))
      proxy.mode = "swallow"
      expect(await tagOf(store, charge("request", 1, "swallowed"))).toBe("OutcomeUnknown")
      expect(await sums(direct, "swallowed")).toEqual([0, 0])
      proxy.breaks = false
      proxy.mode = "lose"
      const scripts = await inspector.scriptsDuring(() =>
        expect(tagOf(store, charge("answer", 2, "swallowed"))).resolves.toBe("OutcomeUnknown")
      )
      expect(scripts).toBe(1)
      proxy.mode = "pass"
      proxy.breaks = true
      expect(await sums(direct, "swallowed")).toEqual([2, 0])
    })

    test("an interrupted call settles at once, and the connection stays usable", async () => {
      const store = redisStore({ url: server.url, callTimeoutMs: 60_000 })
      stores.push(store)
      await execute(store, charge("before", 1, "interrupted"))
      await inspector.redis.client("PAUSE", 60_000, "WRITE")
      const fiber = Effect.runFork(store.execute([charge("paused", 2, "interrupted")]))
      await until("the call waits", async () => (await inspector.redis.info("clients")).includes("blocked_clients:1"))
      const exit = await Effect.runPromise(Effect.andThen(Fiber.interrupt(fiber), Fiber.await(fiber)))
      expect(exit._tag).toBe("Failure")
      await inspector.redis.client("UNPAUSE")
      // What was sent is done; the connection answers the next call with its own answer.
      expect(await execute(store, charge("after", 4, "interrupted"))).toMatchObject([
        { _tag: "Charged", replayed: false }
      ])
      expect(await sums(direct, "interrupted")).toEqual([7, 0])
    })

    test("a server that is killed in the middle of calls, and comes back", async () => {
      await inspector.redis.client("PAUSE", 60_000, "WRITE")
      const calls = ["k1", "k2", "k3"].map((id) => tagOf(direct, charge(id, 1, "killed")))
      await until("the call waits", async () => (await inspector.redis.info("clients")).includes("blocked_clients:1"))
      await server.kill()
      expect(await Promise.all(calls)).toEqual(["OutcomeUnknown", "OutcomeUnknown", "OutcomeUnknown"])
      const during = redisStore({ url: server.url, callTimeoutMs })
      stores.push(during)
      expect(await tagOf(during, charge("k4", 1, "killed"))).toBe("NotApplied")
      const waiting = tagOf(direct, charge("k5", 1, "killed"))
      await server.start()
      expect(await waiting).toBe("Charged")
      for (const id of ["k1", "k2", "k3"]) expect(await tagOf(direct, charge(id, 1, "killed"))).toBe("Charged")
      expect(await sums(direct, "killed")).toEqual([4, 0])
    })

    test.runIf(server.from.startsWith("binary") && process.platform !== "win32")(
      "a server that is stopped",
      async () => {
        const pid = /process_id:(\d+)/.exec(await inspector.redis.info("server"))![1]!
        const store = redisStore({ url: server.url, callTimeoutMs })
        stores.push(store)
        await execute(store, charge("s0", 0, "stopped"))
        spawnSync("kill", ["-STOP", pid])
        const tag = await tagOf(store, charge("s1", 1, "stopped"))
        spawnSync("kill", ["-CONT", pid])
        expect(tag).toBe("OutcomeUnknown")
        expect(await tagOf(direct, charge("s1", 1, "stopped"))).toBe("Charged")
        expect(await sums(direct, "stopped")).toEqual([1, 0])
      }
    )
  }
)
