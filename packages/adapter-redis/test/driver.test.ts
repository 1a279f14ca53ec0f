/**
 * Connections: one's own and given ones, from the first call to the last.
 */
import { connectionOptions, redisStore } from "@tallystick/adapter-redis"
import { MisconfiguredError } from "@tallystick/core/store"
import { describeWith, keyPrefix, redisServer } from "@tallystick/test-servers"
import * as Effect from "effect/Effect"
import { Cluster, Redis } from "ioredis"
import { spawn } from "node:child_process"
import { once } from "node:events"
import { expect, test } from "vitest"

import { charge, execute, of, outcome, tagOf } from "./support/calls.ts"
import { Inspector } from "./support/inspect.ts"
import { Proxy } from "./support/proxy.ts"
import { until } from "./support/until.ts"

test("a connection that may send a command twice is refused, and told how it must be made", () => {
  for (const options of [{}, { autoResendUnfulfilledCommands: false }, { maxRetriesPerRequest: 0 }]) {
    const connection = new Redis({ lazyConnect: true, ...options })
    expect(() => redisStore({ connection })).toThrow(MisconfiguredError)
    expect(() => redisStore({ connection })).toThrow(/connectionOptions.*autoResendUnfulfilledCommands: false/)
    connection.disconnect()
  }
  const cluster = new Cluster([{ port: 1 }], { lazyConnect: true })
  expect(() => redisStore({ connection: cluster })).toThrow(/as redisOptions/)
  cluster.disconnect()
})

describeWith(await redisServer(), "connections", ({ url }) => {
  const port = Number(new URL(url).port)

  test("a store that is not used opens none", async () => {
    await using proxy = await Proxy.before(port)
    const unused = redisStore({ url: proxy.url })
    const asked = redisStore({ url: proxy.url, prefix: await keyPrefix() })
    expect(await outcome(asked.execute([{ ...charge("bad"), id: "" }]))).toMatchObject({ field: "id" })
    expect(proxy.connections).toBe(0)
    await execute(asked, charge("x"))
    await execute(asked, charge("y"))
    // Had the unused one opened any, it would have done so before.
    expect(proxy.connections).toBe(1)
    for (const store of [asked, unused]) await Effect.runPromise(store.close)
  })

  test("an own one is closed with the store, and a call after that is not applied", async () => {
    await using inspector = new Inspector(url)
    const prefix = await keyPrefix()
    const name = `own-${prefix.slice(0, -1)}`
    const store = redisStore({ url, prefix, options: { connectionName: name } })
    await execute(store, charge("x"))
    expect(await inspector.connectionsNamed(name)).toHaveLength(1)
    await Effect.runPromise(store.close)
    await until("it is closed", async () => (await inspector.connectionsNamed(name)).length === 0)
    expect(await tagOf(store, charge("y"))).toBe("NotApplied")
    expect(await outcome(store.usage([of("a")]))).toMatchObject({ _tag: "NotApplied", reason: "the store is closed" })
    await Effect.runPromise(store.close)
    expect(await inspector.connectionsNamed(name)).toHaveLength(0)
  })

  test("a given one stays open; a call after the store was closed is not applied", async () => {
    const connection = new Redis(url, connectionOptions)
    const prefix = await keyPrefix()
    const store = redisStore({ connection, prefix })
    await execute(store, charge("x"))
    await Effect.runPromise(store.close)
    expect(await connection.ping()).toBe("PONG")
    expect(await tagOf(store, charge("y"))).toBe("NotApplied")
    const other = redisStore({ connection, prefix })
    expect(await tagOf(other, charge("z"))).toBe("Charged")
    connection.disconnect()
    await once(connection, "end")
    expect(await outcome(other.execute([charge("z")]))).toMatchObject({ _tag: "NotApplied" })
  })

  test("closing while a call waits for its connection ends both", async () => {
    await using proxy = await Proxy.before(port)
    proxy.mode = "swallow"
    const store = redisStore({ url: proxy.url, callTimeoutMs: 60_000, options: { disconnectTimeout: 50 } })
    const waiting = tagOf(store, charge("x"))
    await until("it connects", () => proxy.connections === 1)
    await Effect.runPromise(store.close)
    expect(await waiting).toBe("NotApplied")
  })

  test("a process that closed its store ends, after errors that nobody listened for", { timeout: 30_000 }, async () => {
    await using proxy = await Proxy.before(port)
    const program = `
      import { redisStore } from "@tallystick/adapter-redis"
      import * as Effect from "effect/Effect"
      const window = { kind: "none" }
      const usage = (store) => Effect.runPromise(Effect.exit(store.usage([{ account: "a", window }])))
      const nowhere = redisStore({ url: "redis://127.0.0.1:1", callTimeoutMs: 100 })
      const broken = redisStore({ url: process.argv[1], callTimeoutMs: 100 })
      const exits = [await usage(nowhere), await usage(broken)]
      for (const store of [nowhere, broken]) await Effect.runPromise(store.close)
      console.log(exits.map((exit) => exit._tag).join())`
    proxy.mode = "cut"
    const child = spawn(process.execPath, ["--input-type=module", "-e", program, proxy.url], {
      cwd: import.meta.dirname
    })
    let text = ""
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => void (text += chunk))
    const [code] = (await once(child, "exit")) as [number]
    expect([text.trim(), code]).toEqual(["Failure,Failure", 0])
  })
})
