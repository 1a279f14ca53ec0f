/**
 * Callers over two clients (a store of ioredis has one connection, so this is its pool of two) and a server that is stopped again and again: `npm run soak` for ten minutes, some seconds as part of all tests.
 */
import { connectionOptions, redisStore } from "@tallystick/adapter-redis"
import { isNone, ownRedis, type OwnServer } from "@tallystick/test-servers"
import * as Effect from "effect/Effect"
import { Redis } from "ioredis"
import { afterAll, describe, expect, test } from "vitest"

import { soak, soakCycles, sockets } from "../../sim/faults/soak.ts"

const DEADLINE_MS = 1_000

const own = await ownRedis({ args: ["--save", "", "--appendonly", "yes"] })
describe.runIf(!isNone(own) && own.from.startsWith("binary"))("a soak", () => {
  const server = own as OwnServer
  afterAll(() => server.stop())

  test(
    "the server stopped again and again: no call outlives its deadline, all recover, nothing is left behind",
    { timeout: 1_200_000 },
    async () => {
      const connections = [new Redis(server.url, connectionOptions), new Redis(server.url, connectionOptions)] as const
      const inspector = new Redis(server.url)
      const pid = Number(/process_id:(\d+)/.exec(await inspector.info("server"))![1])
      const storeOver = (connection: Redis) => redisStore({ connection, callTimeoutMs: DEADLINE_MS })
      const stores = [storeOver(connections[0]), storeOver(connections[1])] as const
      const listeners = (): number =>
        connections
          .flatMap((connection) => connection.eventNames().map((name) => connection.listenerCount(name)))
          .reduce((sum, count) => sum + count, 0)
      const report = await soak({
        stores,
        deadlineMs: DEADLINE_MS,
        ...soakCycles(),
        callers: 20,
        stop: () => process.kill(pid, "SIGSTOP"),
        goOn: () => process.kill(pid, "SIGCONT"),
        count: async () => ({
          sockets: sockets(),
          connections: Number(/connected_clients:(\d+)/.exec(await inspector.info("clients"))![1]),
          listeners: listeners(),
          // The accounts, and the entries that it remembers for an hour: no holds.
          keysBesideEntries: (await inspector.keys("*")).filter((key) => !key.includes("e:soak")).length
        })
      })
      console.log(JSON.stringify(report))
      expect(report.outlived).toBe(0)
      expect(report.unanswered).toBeGreaterThan(0)
      for (const recoveryMs of report.recoveriesMs) expect(recoveryMs).toBeLessThan(5_000)
      expect(report.counts.after).toEqual(report.counts.before)
      expect(report.heapMb.after).toBeLessThan(report.heapMb.before + 20)
      for (const client of [...connections, inspector]) client.disconnect()
      for (const store of stores) await Effect.runPromise(store.close)
    }
  )
})
