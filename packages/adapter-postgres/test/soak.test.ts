/**
 * Callers over a pool of two and a server that is stopped again and again: `npm run soak` for ten minutes, some seconds as part of all tests.
 */
import { migrate, postgresStore } from "@tallystick/adapter-postgres"
import { isNone, ownPostgres, type OwnServer } from "@tallystick/test-servers"
import { readFileSync } from "node:fs"
import { Client, Pool } from "pg"
import { afterAll, describe, expect, test } from "vitest"

import { soak, soakCycles, sockets } from "../../sim/faults/soak.ts"

const DEADLINE_MS = 1_000

/** The server and what it has started; the server first, so that it starts no more. */
const signal = (postmaster: number, name: NodeJS.Signals): void => {
  process.kill(postmaster, name)
  for (const pid of readFileSync(`/proc/${postmaster}/task/${postmaster}/children`, "utf8").split(" "))
    if (pid.trim() !== "") process.kill(Number(pid), name)
}

const own = await ownPostgres()
describe.runIf(!isNone(own) && own.from.startsWith("binary") && process.platform === "linux")("a soak", () => {
  const server = own as OwnServer
  afterAll(() => server.stop())

  test(
    "the server stopped again and again: no call outlives its deadline, all recover, nothing is left behind",
    { timeout: 1_200_000 },
    async () => {
      await migrate({ url: server.url })
      const pool = new Pool({ connectionString: server.url, max: 2 })
      pool.on("error", () => {})
      const inspector = new Client({ connectionString: server.url })
      await inspector.connect()
      const numberOf = async (text: string): Promise<number> => Number((await inspector.query(text)).rows[0].number)
      // As many as it may have, so that one which it would only make at the next call is not missed.
      const fillPool = () => Promise.all([pool.query("SELECT pg_sleep(0.05)"), pool.query("SELECT pg_sleep(0.05)")])
      const postmaster = await numberOf("SELECT split_part(pg_read_file('postmaster.pid'), E'\\n', 1) AS number")
      const report = await soak({
        stores: [postgresStore({ pool, callTimeoutMs: DEADLINE_MS })],
        deadlineMs: DEADLINE_MS,
        ...soakCycles(),
        callers: 20,
        stop: () => signal(postmaster, "SIGSTOP"),
        goOn: () => signal(postmaster, "SIGCONT"),
        count: async () => {
          await fillPool()
          return {
            sockets: sockets(),
            connections: await numberOf(
              "SELECT count(*) AS number FROM pg_stat_activity WHERE backend_type = 'client backend'"
            ),
            inPool: pool.totalCount,
            free: pool.idleCount,
            listeners: pool.eventNames().reduce((sum, name) => sum + pool.listenerCount(name), 0),
            due: await numberOf("SELECT count(*) AS number FROM tallystick.due"),
            accounts: await numberOf("SELECT count(*) AS number FROM tallystick.account")
          }
        }
      })
      console.log(JSON.stringify(report))
      expect(report.outlived).toBe(0)
      expect(report.unanswered).toBeGreaterThan(0)
      for (const recoveryMs of report.recoveriesMs) expect(recoveryMs).toBeLessThan(5_000)
      expect(report.counts.after).toEqual(report.counts.before)
      expect(report.heapMb.after).toBeLessThan(report.heapMb.before + 20)
      await pool.end()
      await inspector.end()
    }
  )
})
