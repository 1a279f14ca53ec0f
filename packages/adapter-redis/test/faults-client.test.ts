/**
 * Clients that die or stop at every point of a turn.
 */
import { redisStore } from "@tallystick/adapter-redis"
import { Proxy } from "@tallystick/sim/proxy"
import { describeWith, keyPrefix, ownRedis, redisServer } from "@tallystick/test-servers"
import * as Effect from "effect/Effect"
import { Redis } from "ioredis"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, expect, test } from "vitest"

import { ask, charge, finalize, PATIENT_MS } from "../../sim/faults/cases.ts"
import {
  again,
  insuredSays,
  insuredThroughOutage,
  type KilledOptions,
  killAt,
  points,
  sums,
  turnCalls,
  until
} from "../../sim/faults/killed-client.ts"
import { Victim } from "../../sim/faults/victim.ts"

const place = await keyPrefix()

describeWith(await redisServer(), "clients that die", ({ url }) => {
  let proxy: Proxy
  const direct = redisStore({ url, prefix: place, callTimeoutMs: PATIENT_MS })
  const options = (): KilledOptions => ({ proxy, direct, place })
  beforeAll(async () => {
    proxy = await Proxy.before(url)
  })
  afterAll(async () => {
    await Effect.runPromise(direct.close)
    await proxy[Symbol.asyncDispose]()
  })

  for (const point of points)
    test(`killed at its ${point.call}, ${point.when}: one effect or none, and the same again makes one`, async () => {
      const account = `killed ${point.index} ${point.when}`
      const calls = point.when === "before it arrives" ? point.index : point.index + 1
      expect(await killAt(options(), point, account)).toEqual(calls === 0 ? [0, 0] : turnCalls[calls - 1]!.after)
      expect(await again(options().direct, account)).toBe(calls === turnCalls.length ? "conflict" : "finalized")
      expect(await sums(options().direct, account)).toEqual([7, 0])
    })

  test("insured while nothing reaches the store, and killed: the next process debits what it used, once", async () => {
    const folder = await mkdtemp(join(tmpdir(), "tallystick-insured-"))
    expect(await insuredThroughOutage(options(), "insured", folder)).toEqual(insuredSays)
    await rm(folder, { recursive: true })
  })

  test("killed while it holds: what it had measured is charged at the deadline, and the rest is free again", async () => {
    await using victim = new Victim([url, place, "hold", "dead holder", "request", "1000"])
    await victim.says("granted")
    await victim.kill()
    const { direct } = options()
    expect(await sums(direct, "dead holder")).toEqual([0, 11])
    await until(async () => (await sums(direct, "dead holder"))[1] === 0)
    expect(await sums(direct, "dead holder")).toEqual([3, 0])
  })

  test("stopped while it holds: it blocks nobody, its hold ends at the deadline, and its end is counted late, once", async () => {
    await using victim = new Victim([url, place, "hold", "stopped holder", "request", "1000"])
    await victim.says("granted")
    victim.stop()
    const { direct } = options()
    expect((await ask(direct, charge("other", "stopped holder", 1)))._tag).toBe("Charged")
    await until(async () => (await sums(direct, "stopped holder"))[1] === 0)
    expect(await sums(direct, "stopped holder")).toEqual([4, 0])
    for (let time = 0; time < 2; time++)
      expect(await ask(direct, finalize("request", "stopped holder", 9))).toMatchObject({ legs: [{ late: true }] })
    expect(await sums(direct, "stopped holder")).toEqual([10, 0])
  })
})

describeWith(await ownRedis({ args: ["--save", ""] }), "a client that waits", (server) => {
  afterAll(() => server.stop())

  test("killed while its request waits in the server: one effect or none, and the same again makes one", async () => {
    const { url } = server
    const direct = redisStore({ url, prefix: place, callTimeoutMs: PATIENT_MS })
    const redis = new Redis(url)
    await ask(direct, charge("warm", "waiting", 0))
    await redis.client("PAUSE", 60_000, "WRITE")
    await using victim = new Victim([url, place, "charge", "waiting", "request"])
    await until(async () => (await redis.info("clients")).includes("blocked_clients:1"))
    await victim.kill()
    await redis.client("UNPAUSE")
    expect([0, 5]).toContain((await sums(direct, "waiting"))[0])
    for (let time = 0; time < 2; time++)
      expect((await ask(direct, charge("request", "waiting", 5)))._tag).toBe("Charged")
    expect(await sums(direct, "waiting")).toEqual([5, 0])
    redis.disconnect()
    await Effect.runPromise(direct.close)
  })
})
