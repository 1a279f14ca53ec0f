/**
 * Accounts that live apart: refused together in one command, answered in order in one call, each on its own master.
 */
import { connectionOptions, redisStore } from "@tallystick/adapter-redis"
import type { RedisDriver } from "@tallystick/adapter-redis"
import { InvalidInput } from "@tallystick/core/machine"
import type { Command } from "@tallystick/core/machine"
import { describeWith, keyPrefix, redisCluster } from "@tallystick/test-servers"
import * as Effect from "effect/Effect"
import { Cluster } from "ioredis"
import { afterAll, beforeAll, expect, test } from "vitest"

import { charge, execute, of, outcome, reserve, sums, tagOf } from "./support/calls.ts"
import { Inspector } from "./support/inspect.ts"
import { until } from "./support/until.ts"

const partition = (account: string): string => account.split("/")[0]!

/** Counts what it is sent, and answers nothing. */
const silent = () => {
  const sent: Array<string> = []
  const driver: RedisDriver = {
    evaluate: async (_, script) => {
      sent.push(script)
      throw new Error("ERR silent")
    }
  }
  return { sent, driver }
}

test("a command over two partitions is refused by name before anything is sent", async () => {
  const { sent, driver } = silent()
  const store = redisStore({ driver, partition })
  const both: Command = { kind: "lookup", id: "x", legs: [of("red/a"), of("blue/a")] }
  const alone = await outcome(store.execute([both]))
  expect(alone).toMatchObject({ _tag: "InvalidInput", field: "legs[1].account" })
  expect((alone as unknown as Error).message).toMatch(/"red".*"blue"/)
  expect(await outcome(store.execute([charge("y", 1, "red/a"), both]))).toMatchObject({
    field: "commands[1].legs[1].account"
  })
  expect(sent).toEqual([])
})

test.for(["a{b", "}", "{}", "a\n"])("the prefix %j is refused", (prefix) => {
  expect(() => redisStore({ driver: silent().driver, prefix })).toThrow(InvalidInput)
})

test.for(["", "x".repeat(257), 5 as unknown as string])("a partition that is none is refused: %j", async (name) => {
  const { sent, driver } = silent()
  const store = redisStore({ driver, partition: () => name })
  expect(await outcome(store.execute([charge("x")]))).toMatchObject({ _tag: "InvalidInput" })
  expect(sent).toEqual([])
})

describeWith(await redisCluster(), "a Cluster", ({ urls }) => {
  let connection: Cluster
  let prefix: string
  let inspectors: ReadonlyArray<Inspector>
  const name = `partition-${process.pid}`
  beforeAll(async () => {
    prefix = await keyPrefix()
    connection = new Cluster([...urls], { redisOptions: { ...connectionOptions, connectionName: name } })
    inspectors = urls.map((url) => new Inspector(url))
  })
  afterAll(async () => {
    connection.disconnect()
    for (const inspector of inspectors) await inspector[Symbol.asyncDispose]()
  })

  test("without partitions all accounts are in one slot", async () => {
    const store = redisStore({ connection, prefix: `${prefix}one:` })
    const legs = ["a", "b", "c"].map((account) => ({ ...of(account), amount: 1, settle: "actual" as const }))
    expect(await tagOf(store, { kind: "reserve", id: "r", ttlMs: 60_000, legs })).toBe("Granted")
    expect(await sums(store, "c")).toEqual([0, 1])
  })

  test("one call over many partitions is answered in order, and they lie on all masters", async () => {
    const store = redisStore({ connection, prefix, partition })
    const accounts = Array.from({ length: 16 }, (_, i) => `p${i % 8}/${i}`)
    const answers = await execute(store, ...accounts.map((account, i) => reserve(`id${i}`, account, i + 1)))
    expect(answers.map((answer) => [answer._tag, "id" in answer && answer.id])).toEqual(
      accounts.map((_, i) => ["Granted", `id${i}`])
    )
    const usage = await Effect.runPromise(store.usage(accounts.map((account) => of(account))))
    expect(usage.map(({ account, reserved }) => [account, reserved])).toEqual(
      accounts.map((account, i) => [account, i + 1])
    )
    for (const { redis } of inspectors) expect((await redis.keys(`${prefix}{p*`)).length).toBeGreaterThan(0)
  })

  test("a call whose connection is lost is not sent again", async () => {
    const store = redisStore({ connection, prefix, partition })
    await execute(store, charge("before", 1, "lost/a"))
    const [key] = (await Promise.all(inspectors.map(({ redis }) => redis.keys(`${prefix}{lost}a:*`)))).flat()
    const owners = await Promise.all(inspectors.map(async ({ redis }) => (await redis.keys(key!)).length > 0))
    const { redis } = inspectors[owners.indexOf(true)]!
    await redis.client("PAUSE", 20_000, "WRITE")
    const waiting = tagOf(store, charge("lost", 1, "lost/a"))
    const ours = async (): Promise<ReadonlyArray<string>> =>
      ((await redis.client("LIST")) as string)
        .split("\n")
        .filter((line) => line.includes(`name=${name} `) && line.includes("flags=b"))
    await until("the call waits", async () => (await ours()).length > 0)
    for (const line of await ours()) await redis.client("KILL", "ID", Number(/\bid=(\d+)/.exec(line)![1]))
    await redis.client("UNPAUSE")
    expect(await waiting).toBe("OutcomeUnknown")
    expect(await tagOf(store, charge("lost", 1, "lost/a"))).toBe("Charged")
    expect(await sums(store, "lost/a")).toEqual([2, 0])
  })
})
