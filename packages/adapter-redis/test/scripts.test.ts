/**
 * A server that loses the scripts gets them again, and each call is done once.
 */
import { redisStore } from "@tallystick/adapter-redis"
import { describeWith, ownRedis } from "@tallystick/test-servers"
import * as Effect from "effect/Effect"
import { afterAll, expect, test } from "vitest"

import { charge, execute, finalize, release, reserve, sums, tagOf } from "./support/calls.ts"
import { Inspector } from "./support/inspect.ts"

describeWith(await ownRedis({ args: ["--save", ""] }), "lost scripts", (server) => {
  const store = redisStore({ url: server.url })
  const inspector = new Inspector(server.url)
  afterAll(async () => {
    await Effect.runPromise(store.close)
    await inspector[Symbol.asyncDispose]()
    await server.stop()
  })

  test("between calls", async () => {
    const flush = () => inspector.redis.script("FLUSH")
    for (const [command, tag] of [
      [reserve("r"), "Granted"],
      [finalize("r", 4), "Finalized"],
      [release("none"), "Unknown"],
      [charge("c", 2), "Charged"]
    ] as const) {
      await flush()
      expect(await tagOf(store, command)).toBe(tag)
    }
    await flush()
    expect(await sums(store)).toEqual([6, 0])
    expect((await inspector.calls())("eval")).toBeGreaterThanOrEqual(5)
  })

  test("again and again during 500 calls at once", async () => {
    const over = new AbortController()
    const flushing = (async () => {
      let count = 0
      for (; !over.signal.aborted; count++) await inspector.redis.script("FLUSH")
      return count
    })()
    const ids = Array.from({ length: 500 }, (_, i) => `many${i}`)
    const before = (await inspector.calls())("eval")
    const answers = await Promise.all(ids.map((id) => execute(store, charge(id, 1, "many"))))
    over.abort()
    expect(await flushing).toBeGreaterThan(0)
    expect((await inspector.calls())("eval")).toBeGreaterThan(before)
    for (const [answer] of answers) expect(answer).toMatchObject({ _tag: "Charged", replayed: false })
    expect(await sums(store, "many")).toEqual([500, 0])
  })

  test("once they are there, a call is one call of a script", async () => {
    await execute(store, charge("there", 0))
    const count = await inspector.scriptsDuring(() =>
      execute(store, charge("one", 0), reserve("two"), charge("three", 0, "b"))
    )
    expect(count).toBe(1)
  })
})
