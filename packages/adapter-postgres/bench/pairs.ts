/**
 * Pairs of reserve and finalize per second, with group commit, beside the row lock way: BEGIN, SELECT … FOR UPDATE, UPDATE, COMMIT for each of the two.
 */
import { Pool } from "pg"

import { finalize, medianOf, range, reserve, run } from "./bench.ts"
import type { Bench } from "./bench.ts"

/** One pair of one caller. */
type Pair = (caller: number, turn: number) => Promise<unknown>

const pairsPerSecond = async (callers: number, seconds: number, pair: Pair): Promise<number> => {
  const begin = performance.now()
  const endMs = begin + seconds * 1_000
  let pairs = 0
  const caller = async (number: number): Promise<void> => {
    for (let turn = 0; performance.now() < endMs; turn++) {
      await pair(number, turn)
      pairs++
    }
  }
  await Promise.all(range(callers).map(caller))
  return (pairs * 1_000) / (performance.now() - begin)
}

/** The table has a row for every account. */
const rowLock =
  (pool: Pool, table: string) =>
  async (account: string): Promise<void> => {
    for (const change of [1, -1]) {
      const client = await pool.connect()
      await client.query("BEGIN")
      await client.query({
        name: "lock",
        text: `SELECT used FROM ${table} WHERE account = $1 FOR UPDATE`,
        values: [account]
      })
      await client.query({
        name: "write",
        text: `UPDATE ${table} SET used = used + $2 WHERE account = $1`,
        values: [account, change]
      })
      await client.query("COMMIT")
      client.release()
    }
  }

export const measurePairs = async ({ batched, rounds, schema, seconds, url }: Bench): Promise<void> => {
  const pool = new Pool({ connectionString: url, max: 20 })
  const table = `${schema}.locked`
  await pool.query(`CREATE TABLE ${table} (account text PRIMARY KEY, used bigint NOT NULL) WITH (fillfactor = 50)`)
  await pool.query(`INSERT INTO ${table} SELECT 'user:' || n, 0 FROM generate_series(0, 999) AS n`)
  const locked = rowLock(pool, table)
  let round = 0
  const account = (accounts: number, caller: number, turn: number): string =>
    accounts === 1 ? "user:0" : `user:${(caller * 7919 + turn * 104_729) % accounts}`
  for (const accounts of [1, 1_000])
    for (const callers of [1, 64, 512]) {
      const ours: Array<number> = []
      const theirs: Array<number> = []
      for (const _ of range(rounds)) {
        const name = `${accounts}-${callers}-${round++}`
        const pair: Pair = async (caller, turn) => {
          const id = `${name}-${caller}-${turn}`
          const these = [account(accounts, caller, turn)]
          await run(batched, [reserve(id, these)])
          await run(batched, [finalize(id, these)])
        }
        ours.push(await pairsPerSecond(callers, seconds, pair))
        theirs.push(await pairsPerSecond(callers, seconds, (caller, turn) => locked(account(accounts, caller, turn))))
      }
      const [own, plain] = [medianOf(ours), medianOf(theirs)]
      console.log(
        `${String(accounts).padStart(5)} accounts, ${String(callers).padStart(3)} callers: ${own.toFixed(0)} pairs/s, ` +
          `row lock ${plain.toFixed(0)} pairs/s (${(own / plain).toFixed(1)} ×)`
      )
    }
  await pool.end()
}
