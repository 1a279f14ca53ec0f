/**
 * Statements, bytes of WAL and time per command, by the number of commands in a call.
 */
import { readFileSync } from "node:fs"

import { postgresStore } from "@tallystick/adapter-postgres"
import { Pool } from "pg"

import { finalize, range, reserve, run } from "./bench.ts"
import type { Bench } from "./bench.ts"

interface Counters {
  readonly statements: number
  readonly lsn: string
}

const countersOf = async ({ pool }: Bench): Promise<Counters> => {
  const { rows } = await pool.query(
    `SELECT coalesce(sum(calls) FILTER (WHERE NOT toplevel), 0)::float8 AS statements,
       pg_current_wal_lsn()::text AS lsn
     FROM pg_stat_statements`
  )
  return rows[0] as Counters
}

/** Of a process on this machine: unlike the time that passes, what it used does not grow when others are busy. */
const cpuMicrosOf = (pid: number): number => {
  try {
    return Number(readFileSync(`/proc/${pid}/schedstat`, "utf8").split(" ")[0]) / 1_000
  } catch {
    return Number.NaN
  }
}

export const measureCommands = async (bench: Bench): Promise<void> => {
  const { schema, url } = bench
  const pool = new Pool({ connectionString: url, max: 1 })
  const store = postgresStore({ pool, schema, batch: false })
  const pid = ((await pool.query("SELECT pg_backend_pid() AS pid")).rows[0] as { pid: number }).pid
  await bench.pool.query("CREATE EXTENSION IF NOT EXISTS pg_stat_statements")
  for (const [name, make] of Object.entries({ reserve, finalize }))
    for (const shape of ["1 leg", "4 legs", "batches of 64, one account", "batches of 64, 64 accounts"]) {
      const size = shape.startsWith("batches") ? 64 : 1
      const accounts = (index: number): ReadonlyArray<string> => {
        if (shape === "4 legs") return range(4).map((leg) => `four:${leg}`)
        return [shape.endsWith("64 accounts") ? `many:${index % 64}` : "hot"]
      }
      const calls = size === 1 ? 200 : 20
      const call = (at: number) =>
        run(
          store,
          range(size).map((index) => make(`${shape}-${at * size + index}`, accounts(index)))
        )
      for (const at of range(3)) await call(-1 - at)
      await bench.pool.query("SELECT pg_stat_statements_reset()")
      const before = await countersOf(bench)
      const [cpu, own] = [cpuMicrosOf(pid), process.cpuUsage()]
      for (const at of range(calls)) await call(at)
      const [cpuAfter, ownAfter] = [cpuMicrosOf(pid), process.cpuUsage(own)]
      const after = await countersOf(bench)
      const { rows } = await bench.pool.query("SELECT pg_wal_lsn_diff($1, $2)::float8 AS bytes", [
        after.lsn,
        before.lsn
      ])
      const per = (sum: number): string => (sum / calls / size).toFixed(1)
      console.log(
        `${name}, ${shape}: ${((after.statements - before.statements) / calls).toFixed(1)} statements per call, per command ` +
          `${per((rows[0] as { bytes: number }).bytes)} bytes of WAL, ${per(cpuAfter - cpu)} us of CPU in the server, ` +
          `${per(ownAfter.user + ownAfter.system)} in the client`
      )
    }
  await pool.end()
}
