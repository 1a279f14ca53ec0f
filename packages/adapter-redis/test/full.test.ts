/**
 * A server whose memory is full takes nothing more, and still gives back.
 */
import { redisStore } from "@tallystick/adapter-redis"
import { describeWith, ownRedis } from "@tallystick/test-servers"
import * as Effect from "effect/Effect"
import { afterAll, beforeAll, expect, test } from "vitest"

import {
  charge,
  execute,
  finalize,
  grow,
  lookup,
  measure,
  of,
  outcome,
  release,
  reserve,
  sums,
  tagOf
} from "./support/calls.ts"
import { Inspector } from "./support/inspect.ts"

describeWith(await ownRedis({ args: ["--save", "", "--maxmemory-policy", "noeviction"] }), "full memory", (server) => {
  const store = redisStore({ url: server.url })
  const inspector = new Inspector(server.url)
  const ids = ["measured", "finalized", "released", "grown", "held"]

  beforeAll(async () => {
    await execute(store, ...ids.map((id) => reserve(id)))
    await inspector.redis.config("SET", "maxmemory", "3mb")
    const fill = async (): Promise<void> => {
      for (let i = 0; ; i++) await inspector.redis.set(`fill:${i}`, "x".repeat(10_000))
    }
    await expect(fill()).rejects.toThrow(/^OOM/)
  })
  afterAll(async () => {
    await Effect.runPromise(store.close)
    await inspector[Symbol.asyncDispose]()
    await server.stop()
  })

  test("what takes is not applied, and nothing is changed", async () => {
    const before = await sums(store)
    const keys = await inspector.redis.dbsize()
    for (const command of [reserve("new"), grow("grown", 20), charge("charged")]) {
      const failure = await outcome(store.execute([command]))
      expect(failure).toMatchObject({ _tag: "NotApplied", reason: expect.stringMatching(/memory is full/) })
    }
    expect(await sums(store)).toEqual(before)
    expect(await inspector.redis.dbsize()).toBe(keys)
    expect(await tagOf(store, lookup("new"))).toBe("Unknown")
  })

  test("what gives back, renews or reads works", async () => {
    expect(await tagOf(store, measure("measured", 3))).toBe("Extended")
    expect(await tagOf(store, finalize("finalized", 4))).toBe("Finalized")
    expect(await tagOf(store, release("released"))).toBe("Released")
    expect(await tagOf(store, lookup("finalized"))).toBe("Found")
    const adjustment = { kind: "setLimit", limit: 500 } as const
    expect(await tagOf(store, { kind: "adjust", id: "limit", adjustment, legs: [of("a")] })).toBe("Adjusted")
    expect(await sums(store)).toEqual([4, 30])
  })

  test("of a mixed call the endings take effect, and the others say that memory was full", async () => {
    const outcomes = await execute(store, reserve("new"), finalize("held", 10), charge("charged"), grow("grown", 30))
    const memory = { _tag: "NotApplied", reason: "memory" }
    expect(outcomes).toMatchObject([memory, { _tag: "Finalized" }, memory, memory])
    expect(await sums(store)).toEqual([14, 20])
  })
})
