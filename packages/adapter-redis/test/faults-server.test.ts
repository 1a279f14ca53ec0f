/**
 * Servers that are killed, lose what they had not saved, or are replaced by a replica: what of the acknowledged is there, and the same calls again.
 */
import { redisStore } from "@tallystick/adapter-redis"
import type { QuotaStore } from "@tallystick/core/store"
import { describeWith, isNone, ownRedis, type OwnServer } from "@tallystick/test-servers"
import * as Effect from "effect/Effect"
import { Redis } from "ioredis"
import { copyFile, readdir, stat, truncate } from "node:fs/promises"
import { join } from "node:path"
import { afterAll, describe, expect, test } from "vitest"

import { findLost, type Log, sendAgain, Writers } from "../../sim/faults/acknowledged.ts"
import { ask, charge, executed, numbersOf, PATIENT_MS, prepare } from "../../sim/faults/cases.ts"
import { until } from "../../sim/faults/killed-client.ts"

const WRITTEN = 300
const WRITERS = 8
/** Calls of a writer's turn. */
const TURN = 3
/** `TALLYSTICK_FAULT_OFFSETS`: at how many bytes the append-only file is cut. */
const OFFSETS = Number(process.env["TALLYSTICK_FAULT_OFFSETS"] ?? 6)

const using = async <A>(server: { readonly url: string }, act: (store: QuotaStore) => Promise<A>): Promise<A> => {
  const store = redisStore({ url: server.url, callTimeoutMs: PATIENT_MS, options: { retryStrategy: () => 10 } })
  try {
    return await act(store)
  } finally {
    await Effect.runPromise(store.close)
  }
}

/**
 * So many are acknowledged, and the server is killed while more are under way. What waits for its turn then goes to the server that was started again: a turn
 * of each writer at most.
 */
const writeUntilKilled = (server: OwnServer, writers: number): Promise<Log> =>
  using(server, async (store) => {
    const writing = new Writers(store)
    writing.start(writers)
    await until(() => writing.heard >= WRITTEN)
    await server.kill()
    const log = writing.stop()
    await server.start()
    return log
  })

for (const [name, fsync] of [
  ["appendfsync always", "always"],
  ["appendfsync everysec", "everysec"]
] as const)
  describeWith(
    await ownRedis({ args: ["--save", "", "--appendonly", "yes", "--appendfsync", fsync] }),
    `an append-only file, ${name}`,
    (server) => {
      afterAll(() => server.stop())
      test("kill -9 and restart: nothing acknowledged is lost, and the same calls again make one effect each", async () => {
        const log = await writeUntilKilled(server, WRITERS)
        await using(server, async (store) => {
          expect((await findLost(store, log)).lost).toEqual([])
          await sendAgain(store, log)
        })
      })
    }
  )

describeWith(await ownRedis({ args: ["--save", ""] }), "no persistence", (server) => {
  afterAll(() => server.stop())

  test("kill -9 and restart: all is lost; limits in code begin at zero, stored ones are unknown and deny", async () => {
    await using(server, (store) => executed(store, [...prepare("stored"), charge("c", "in code", 5)]))
    const log = await writeUntilKilled(server, WRITERS)
    await using(server, async (store) => {
      const { lost } = await findLost(store, log)
      expect(lost.length).toBeGreaterThanOrEqual(log.filter(({ isHeard }) => isHeard).length - WRITERS * TURN)
      expect(await numbersOf(store, "in code")).toEqual([0, 0, 1_000])
      const leg = { account: "stored", window: { kind: "none" }, unit: "tokens", amount: 1, settle: "actual" } as const
      const unknown = await ask(store, { kind: "reserve", id: "unknown", ttlMs: 60_000, legs: [leg] })
      expect(unknown).toMatchObject({ _tag: "Denied", reason: "unknown" })
      await sendAgain(store, log)
    })
  })
})

const cut = await ownRedis({ args: ["--save", "", "--appendonly", "yes", "--appendfsync", "always"] })
describe.runIf(!isNone(cut) && cut.from.startsWith("binary"))("an append-only file that is cut", () => {
  const server = cut as OwnServer
  afterAll(() => server.stop())

  test(
    `at ${OFFSETS} bytes: the last calls are lost and no other, the sums hold, and the same calls again make one effect each`,
    { timeout: 300_000 },
    async () => {
      const log = await using(server, async (store) => {
        const writing = new Writers(store)
        writing.start(1)
        await until(() => writing.heard >= WRITTEN)
        return writing.stop()
      })
      const redis = new Redis(server.url)
      const [, folder] = (await redis.config("GET", "dir")) as [string, string]
      redis.disconnect()
      await server.kill()
      const name = (await readdir(join(folder, "appendonlydir"))).find((file) => file.endsWith(".incr.aof"))!
      const file = join(folder, "appendonlydir", name)
      const { size } = await stat(file)
      await copyFile(file, `${file}.whole`)
      let lostMost = 0
      for (let nth = 0; nth < OFFSETS; nth++) {
        await copyFile(`${file}.whole`, file)
        // Spread over the file, and not at the same place of each call.
        await truncate(file, Math.floor((size * (nth + 0.5)) / OFFSETS) + nth)
        await server.start()
        await using(server, async (store) => {
          const { isEnd, lost } = await findLost(store, log)
          expect(isEnd).toBe(true)
          lostMost = Math.max(lostMost, lost.length)
          await sendAgain(store, log)
        })
        await server.kill()
      }
      expect(lostMost).toBeGreaterThan(WRITTEN / 2)
    }
  )
})

describeWith(await ownRedis({ args: ["--save", ""] }), "a failover", (master) => {
  afterAll(() => master.stop())

  test("what the replica had not got is lost and nothing else, the sums hold, and the same calls again make one effect each", async () => {
    const replica = await ownRedis({ args: ["--save", ""], replicaOf: master })
    if (isNone(replica)) throw new Error(replica.none)
    await using _ = replica
    const inspect = new Redis(replica.url)
    let [least, most] = [0, 0]
    const log = await using(master, async (store) => {
      const writing = new Writers(store)
      writing.start(1)
      await until(() => writing.heard >= WRITTEN)
      // The link breaks, somewhere between these two, and the master goes on.
      least = writing.heard
      await inspect.replicaof("127.0.0.1", 1)
      most = writing.heard
      await until(() => writing.heard >= most + 100)
      await master.kill()
      return writing.stop()
    })
    await inspect.replicaof("NO", "ONE")
    inspect.disconnect()
    await using(replica, async (store) => {
      const { isEnd, lost } = await findLost(store, log)
      const heard = log.filter(({ isHeard }) => isHeard).length
      // One may have reached the replica before, and been heard after.
      expect(lost.length).toBeGreaterThanOrEqual(heard - most - 1)
      // The last calls before the link broke may not have reached the replica yet.
      expect(heard - lost.length).toBeGreaterThan(least / 2)
      expect(isEnd).toBe(true)
      await sendAgain(store, log)
      expect((await ask(store, charge("after", "written0", 1)))._tag).toBe("Charged")
    })
  })
})
