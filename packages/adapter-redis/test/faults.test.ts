/**
 * Answers that are lost: the store did it or did not, the caller is told that it may have, and the same call again settles it. Nothing is sent twice.
 */
import { connectionOptions, redisStore } from "@tallystick/adapter-redis"
import type { Command } from "@tallystick/core/machine"
import type { QuotaStore } from "@tallystick/core/store"
import { describeWith, ownRedis } from "@tallystick/test-servers"
import * as Effect from "effect/Effect"
import { Redis } from "ioredis"
import { afterAll, beforeAll, expect, test } from "vitest"

import { charge, execute, finalize, grow, release, reserve, sums, tagOf } from "./support/calls.ts"
import { Inspector } from "./support/inspect.ts"
import { Proxy } from "./support/proxy.ts"

const TIMES = 30

/** What is sent, on an account of its own where 10 are held under the id "held"; its answer, and [used, reserved] after it. */
const cases: ReadonlyArray<readonly [(account: string) => Command, string, readonly [number, number]]> = [
  [(account) => reserve("new", account), "Granted", [0, 20]],
  [(account) => grow("held", 25, account), "Extended", [0, 25]],
  [(account) => finalize("held", 7, account), "Finalized", [7, 0]],
  [(account) => release("held", account), "Released", [0, 0]],
  [(account) => charge("new", 3, account), "Charged", [3, 10]]
]

describeWith(await ownRedis({ args: ["--save", ""] }), "over a connection that loses things", (server) => {
  const direct = redisStore({ url: server.url })
  const inspector = new Inspector(server.url)
  const quick = { retryStrategy: () => 1 }
  let proxy: Proxy
  let connection: Redis
  let stores: ReadonlyArray<readonly [string, QuotaStore]>
  let count = 0

  beforeAll(async () => {
    proxy = await Proxy.before(server.port)
    connection = new Redis(proxy.url, { ...connectionOptions, ...quick })
    stores = [
      ["own", redisStore({ url: proxy.url, options: quick })],
      ["given", redisStore({ connection })]
    ]
    // The server is looked at and both scripts are there, so that from now on each call is one call of a script.
    for (const [, store] of [...stores, ["direct", direct] as const])
      for (const command of [charge("warm", 0, "warm"), release("warm too", "warm")]) await execute(store, command)
  })
  afterAll(async () => {
    for (const store of [...stores.map(([, store]) => store), direct]) await Effect.runPromise(store.close)
    connection.disconnect()
    await proxy[Symbol.asyncDispose]()
    await inspector[Symbol.asyncDispose]()
    await server.stop()
  })

  /** Sends the command while things get lost; how often the server was asked for a script. */
  const sendLosing = (mode: "lose" | "cut", store: QuotaStore, command: Command): Promise<number> =>
    inspector.scriptsDuring(async () => {
      proxy.mode = mode
      expect(await tagOf(store, command)).toBe("OutcomeUnknown")
      proxy.mode = "pass"
    })

  for (const which of [0, 1])
    for (const [commandOn, answer, after] of cases) {
      const { kind } = commandOn("a")
      const connection = which === 0 ? "an own connection" : "a given connection"
      test(`${kind}, answer lost, ${connection}: unknown; done once; the same call again says so`, async () => {
        const [, store] = stores[which]!
        for (let i = 0; i < TIMES; i++) {
          const account = `account${count++}`
          await execute(direct, reserve("held", account))
          expect(await sendLosing("lose", store, commandOn(account))).toBe(1)
          expect(await sums(direct, account)).toEqual(after)
          expect(await execute(store, commandOn(account))).toMatchObject([{ _tag: answer, replayed: true }])
          expect(await sums(direct, account)).toEqual(after)
        }
      })

      test(`${kind}, cut before it arrives, ${connection}: unknown; not done; the same call again does it`, async () => {
        const [, store] = stores[which]!
        const account = `account${count++}`
        await execute(direct, reserve("held", account))
        expect(await sendLosing("cut", store, commandOn(account))).toBe(0)
        expect(await sums(direct, account)).toEqual([0, 10])
        expect(await execute(store, commandOn(account))).toMatchObject([{ _tag: answer, replayed: false }])
        expect(await sums(direct, account)).toEqual(after)
      })
    }

  test("500 calls on a connection that breaks: each settles, each is done at most once", async () => {
    const [, store] = stores[0]!
    const ids = Array.from({ length: 500 }, (_, i) => `many${i}`)
    proxy.mode = "lose"
    const tags = await Promise.all(ids.map((id) => tagOf(store, charge(id, 1, "many"))))
    proxy.mode = "pass"
    expect(new Set(tags)).toEqual(new Set(["OutcomeUnknown"]))
    const answers = await Promise.all(ids.map((id) => tagOf(store, charge(id, 1, "many"))))
    expect(new Set(answers)).toEqual(new Set(["Charged"]))
    expect(await sums(direct, "many")).toEqual([500, 0])
  })
})
