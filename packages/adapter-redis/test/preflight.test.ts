/**
 * What a server must be is asked at the first call, and what is wrong with it is said by name.
 */
import { redisStore } from "@tallystick/adapter-redis"
import type { RedisDriver } from "@tallystick/adapter-redis"
import { describeWith, isNone, ownRedis, redisCluster } from "@tallystick/test-servers"
import * as Effect from "effect/Effect"
import { expect, test } from "vitest"

import { charge, outcome, tagOf } from "./support/calls.ts"
import { Inspector } from "./support/inspect.ts"

const failureOf = async (options: Parameters<typeof redisStore>[0]): Promise<unknown> => {
  const store = redisStore(options)
  const failure = await outcome(store.execute([charge("x")]))
  await Effect.runPromise(store.close)
  return failure
}
const misconfigured = (reason: RegExp) => ({ _tag: "Misconfigured", reason: expect.stringMatching(reason) })

describeWith(await ownRedis({ args: ["--save", ""] }), "a server of the wrong kind", (server) => {
  test.for([
    "allkeys-lru",
    "allkeys-lfu",
    "allkeys-random",
    "volatile-lru",
    "volatile-lfu",
    "volatile-random",
    "volatile-ttl"
  ])("%s is refused by name, asked again at the next call, and taken if it is accepted", async (policy) => {
    await using inspector = new Inspector(server.url)
    await inspector.redis.config("SET", "maxmemory-policy", policy)
    const store = redisStore({ url: server.url })
    const refused = misconfigured(new RegExp(`maxmemory-policy is ${policy}.*noeviction`))
    expect(await outcome(store.execute([charge("x")]))).toMatchObject(refused)
    expect(await outcome(store.usage([{ account: "a", window: { kind: "none" } }]))).toMatchObject(refused)
    await inspector.redis.config("SET", "maxmemory-policy", "noeviction")
    expect(await tagOf(store, charge(`refused ${policy}`))).toBe("Charged")
    await inspector.redis.config("SET", "maxmemory-policy", policy)
    const accepting = redisStore({ url: server.url, eviction: "accept" })
    expect(await tagOf(accepting, charge(`accepted ${policy}`))).toBe("Charged")
    await inspector.redis.config("SET", "maxmemory-policy", "noeviction")
    await Effect.runPromise(store.close)
    await Effect.runPromise(accepting.close)
  })

  test("a replica", async () => {
    const replica = await ownRedis({ args: ["--save", ""], replicaOf: server })
    if (isNone(replica)) throw new Error(replica.none)
    expect(await failureOf({ url: replica.url })).toMatchObject(misconfigured(/is a replica, which takes no writes/))
    await replica.stop()
  })

  test("a user who may not run scripts is told; one who may not run what a script runs does not know what was done", async () => {
    await using inspector = new Inspector(server.url)
    const as = (name: string): string => server.url.replace("://", `://${name}:secret@`)
    await inspector.redis.call("ACL", "SETUSER", "reader", "on", ">secret", "~*", "+@all", "-evalsha")
    expect(await failureOf({ url: as("reader") })).toMatchObject(misconfigured(/does not permit this user/))
    // By then something is written, and only its expiry is not.
    await inspector.redis.call("ACL", "SETUSER", "writer", "on", ">secret", "~*", "+@all", "-pexpireat")
    const prefix = "midway:"
    const unknown = { _tag: "OutcomeUnknown", reason: expect.stringMatching(/does not permit.*stopped it midway/) }
    expect(await failureOf({ url: as("writer"), prefix })).toMatchObject(unknown)
    expect(await inspector.redis.keys(`${prefix}*`)).toHaveLength(1)
    expect(await failureOf({ url: server.url, prefix })).toMatchObject([{ _tag: "Charged", accounts: [{ used: 5 }] }])
  })

  test("a password that is missing or wrong", async () => {
    await using locked = await ownRedis({ args: ["--requirepass", "secret"] }).then((own) => {
      if (isNone(own)) throw new Error(own.none)
      return own
    })
    const open = `redis://127.0.0.1:${locked.port}`
    expect(await failureOf({ url: open })).toMatchObject(misconfigured(/wants a password/))
    expect(await failureOf({ url: `redis://:wrong@127.0.0.1:${locked.port}` })).toMatchObject(
      misconfigured(/refuses this password/)
    )
    expect(await failureOf({ url: locked.url })).toMatchObject([{ _tag: "Charged" }])
  })
})

describeWith(await redisCluster(), "one node of a Cluster over a plain connection", ({ urls }) => {
  test("is refused by name", async () => {
    // One of the three has the slot.
    const failures = await Promise.all(urls.map((url) => failureOf({ url, prefix: "plain:" })))
    const moved = failures.filter((failure) => !Array.isArray(failure))
    expect(moved).toHaveLength(2)
    for (const failure of moved) expect(failure).toMatchObject(misconfigured(/one of a Cluster/))
  })
})

/** Answers every question with this INFO, and calls with an error that no server gives. */
const saying = (...info: ReadonlyArray<string>): RedisDriver => {
  let isFirst = true
  return {
    evaluate: async () => {
      if (!isFirst) throw new Error("ERR asked after the look")
      isFirst = false
      return info
    }
  }
}
const rest = ["maxmemory_policy:noeviction\r\n", "role:master\r\n"]

test("Redis 6.2 is refused by name", async () => {
  const failure = await failureOf({ driver: saying("redis_version:6.2.14\r\n", ...rest) })
  expect(failure).toMatchObject(misconfigured(/6\.2\.14.*7\.0/))
})

test.for([
  "redis_version:7.0.0\r\n",
  "redis_version:10.1.0\r\n",
  "redis_version:7.2.4\r\nserver_name:valkey\r\nvalkey_version:8.1.0\r\n"
])("%j is taken", async (version) => {
  expect(await failureOf({ driver: saying(version, ...rest) })).toMatchObject(misconfigured(/asked after the look/))
})
