/**
 * What somebody else did to the keys: a hold deleted by hand, and a server that drops keys when its memory is full.
 */
import { redisOperator, redisStore } from "@tallystick/adapter-redis"
import { describeWith, keyPrefix, ownRedis, redisServer } from "@tallystick/test-servers"
import * as Effect from "effect/Effect"
import { Redis } from "ioredis"
import { afterAll, expect, test } from "vitest"

import { ask, charge, executed, finalize, numbersOf, reserve } from "../../sim/faults/cases.ts"
import { sums, until } from "../../sim/faults/killed-client.ts"

const prefix = await keyPrefix()

describeWith(await redisServer(), "keys that are gone", ({ url }) => {
  const store = redisStore({ url, prefix })
  const redis = new Redis(url)
  const operator = redisOperator({ url, prefix })
  afterAll(async () => {
    redis.disconnect()
    await operator.close()
    await Effect.runPromise(store.close)
  })
  const direct = () => store
  const deleteEntry = async (account: string, id: string): Promise<void> => {
    expect(await redis.hdel(`${prefix}{/}a:${account}`, `hold:${id}`)).toBe(1)
  }
  const repair = (account: string) => operator.repair(account, { kind: "none" }, { apply: true })

  test("a hold deleted by hand: its share stays reserved until its deadline, its id is new, and its end is debited once", async () => {
    await executed(direct(), [reserve("gone", "deleted", 10, 1_000), reserve("other", "deleted", 20, 60_000)])
    await deleteEntry("deleted", "gone")
    expect(await sums(direct(), "deleted")).toEqual([0, 30])
    const page = await Effect.runPromise(direct().holds({ account: "deleted" }, { limit: 10 }))
    expect(page.items.map(({ id }) => id)).toEqual(["other"])
    expect((await ask(direct(), finalize("gone", "deleted", 7)))._tag).toBe("Unknown")
    for (let time = 0; time < 2; time++)
      expect((await ask(direct(), finalize("gone", "deleted", 7, "charge")))._tag).toBe("Finalized")
    await until(async () => (await sums(direct(), "deleted"))[1] === 20)
    expect(await sums(direct(), "deleted")).toEqual([7, 20])
  })

  test("a hold deleted by hand and reserved anew: repair gives back what nobody holds", async () => {
    await executed(direct(), [reserve("gone", "repaired", 10, 1_000), reserve("other", "repaired", 20, 1_000)])
    await deleteEntry("repaired", "gone")
    // Holds another 10, since the store does not know of the first.
    await executed(direct(), [reserve("gone", "repaired", 10, 1_000)])
    for (const [id, actual] of [
      ["gone", 7],
      ["other", 5]
    ] as const)
      expect((await ask(direct(), finalize(id, "repaired", actual)))._tag).toBe("Finalized")
    expect(await sums(direct(), "repaired")).toEqual([12, 10])
    const { after, applied } = await repair("repaired")
    expect({ after, applied }).toEqual({ after: { used: 12, reserved: 0 }, applied: true })
    expect(await sums(direct(), "repaired")).toEqual([12, 0])
  })

  test("an account deleted by hand: a limit in code begins at zero, and an end that is due is debited once", async () => {
    await executed(store, [charge("before", "lost", 100), reserve("held", "lost")])
    expect(await redis.del(`${prefix}{/}a:lost`)).toBe(1)
    expect(await numbersOf(store, "lost")).toEqual([0, 0, 1_000])
    for (let time = 0; time < 2; time++)
      expect((await ask(store, finalize("held", "lost", 7, "charge")))._tag).toBe("Finalized")
    expect(await sums(store, "lost")).toEqual([7, 0])
  })
})

describeWith(await ownRedis({ args: ["--save", ""] }), "an eviction policy that was accepted", (server) => {
  afterAll(() => server.stop())

  test("drops accounts: their limits in code begin at zero; the account that is left is exact", async () => {
    const store = redisStore({ url: server.url, eviction: "accept" })
    const redis = new Redis(server.url)
    await redis.config("SET", "maxmemory-policy", "allkeys-lru")
    const accounts = Array.from({ length: 200 }, (_, index) => `evicted${index}`)
    for (const account of accounts) await executed(store, [charge("c", account, 100)])
    await redis.config("SET", "maxmemory", "3mb")
    const kept = (): Promise<number> => redis.exists(accounts.map((account) => `tallystick:{/}a:${account}`))
    for (let index = 0; (await kept()) === accounts.length; index++)
      for (let key = 0; key < 20; key++) await redis.set(`fill:${index}:${key}`, "x".repeat(20_000))
    const used = await Promise.all(accounts.map(async (account) => (await sums(store, account))[0]))
    // Whole or not there at all: an account is one key.
    expect(new Set(used)).toContain(0)
    expect(used.every((amount) => amount === 0 || amount === 100)).toBe(true)
    redis.disconnect()
    await Effect.runPromise(store.close)
  })
})

describeWith(await ownRedis({ args: ["--save", ""] }), "twenty that start", (server) => {
  afterAll(() => server.stop())

  test("twenty stores make their first calls at once, on a server that has no script: each is done once", async () => {
    const stores = Array.from({ length: 20 }, () => redisStore({ url: server.url }))
    const answers = await Promise.all(stores.map((store, index) => ask(store, charge(`c${index}`, "start", 1))))
    for (const answer of answers) expect(answer).toMatchObject({ _tag: "Charged", replayed: false })
    expect(await sums(stores[0]!, "start")).toEqual([20, 0])
    for (const store of stores) await Effect.runPromise(store.close)
  })
})
