/**
 * 100,000 holds of one account that expire in one second, while callers go on: what the slowest call takes, beside the same time on an account without holds.
 */
import type { Bench } from "./bench.ts"
import { range, run } from "./bench.ts"
import { readCommand } from "@tallystick/core/machine"
import { setTimeout as sleep } from "node:timers/promises"

const HOLDS = 100_000
const CALLERS = 4
const FIRST = 2 * CALLERS
/** By then the copies are made. */
const TTL_MS = 15_000
/** Measured so long before the deadline, and as long behind it. */
const AROUND_MS = 2_000

export const measureExpiry = async (bench: Bench): Promise<void> => {
  for (let round = 0; round < bench.rounds; round++) {
    await bench.empty()
    await around(bench, `calm${round}`, Date.now() + AROUND_MS, "no hold expires")
    const account = `many${round}`
    const deadlineMs = await hold(bench, account)
    await sleep(Math.max(0, deadlineMs - AROUND_MS - Date.now()))
    await around(bench, account, deadlineMs, `${HOLDS} expire`)
    const { rows } = await bench.pool.query(
      `SELECT holds::integer AS holds FROM ${bench.schema}.ledger WHERE account = $1 AND cause = 'expired'`,
      [account]
    )
    if (rows.length !== 1 || rows[0].holds !== HOLDS) throw new Error(`expired: ${JSON.stringify(rows)}`)
  }
}

/** Holds as the function writes them, copied from one that it has made. Their deadline. */
const hold = async ({ pool, schema, store }: Bench, account: string): Promise<number> => {
  const leg = { account, unit: "tokens", limit: 1e14, amount: 4_000 }
  await run(store, [readCommand({ kind: "reserve", id: "h0", ttlMs: TTL_MS, legs: [leg] })])
  const { rows } = await pool.query<{ deadline: string }>(
    `WITH made AS (
       INSERT INTO ${schema}.entry SELECT account, "window", 'h' || n, command, state, accounts, digest, settle, amount, held, measured, when_unknown,
         deadline_ms, expiry_cost, period, created_ms, changed_ms, debited, actual, overage, unbilled, late
         FROM ${schema}.entry, generate_series(1, $2::bigint - 1) AS n WHERE account = $1
     ), due AS (UPDATE ${schema}.due SET holds = $2, amount = amount * $2, cost = cost * $2 WHERE account = $1 RETURNING tick_ms)
     , held AS (UPDATE ${schema}.account SET reserved = reserved * $2, holds = $2 WHERE account = $1)
     , told AS (UPDATE ${schema}.ledger SET reserved_delta = reserved_delta * $2 WHERE account = $1)
     SELECT tick_ms AS deadline FROM due`,
    [account, HOLDS]
  )
  await pool.query("VACUUM ANALYZE")
  return Number(rows[0]!.deadline)
}

const around = async ({ store }: Bench, account: string, deadlineMs: number, what: string): Promise<void> => {
  const before: Array<number> = []
  const behind: Array<number> = []
  const caller = async (number: number): Promise<void> => {
    for (let at = 0; Date.now() < deadlineMs + AROUND_MS; at++) {
      const leg = { account, unit: "tokens", limit: 1e14, amount: 1 }
      const command = readCommand({ kind: "charge", id: `c${number}-${at}`, legs: [leg] })
      const begin = performance.now()
      await run(store, [command])
      ;(Date.now() < deadlineMs ? before : behind).push(performance.now() - begin)
    }
  }
  await Promise.all(range(CALLERS).map(caller))
  // One of these settles the expiry, and the others wait for the row that it holds.
  const first = Math.max(...behind.slice(0, FIRST))
  console.log(
    `${what}: ${CALLERS} callers, before ${words(before)}; behind ${words(behind)}, of the first ${FIRST} ${first.toFixed(2)} ms`
  )
}

const words = (times: ReadonlyArray<number>): string => {
  const sorted = times.toSorted((left, right) => left - right)
  const mean = times.reduce((sum, one) => sum + one, 0) / times.length
  const p99 = sorted[Math.floor(0.99 * sorted.length)]!
  return `${times.length} calls, mean ${mean.toFixed(2)}, p99 ${p99.toFixed(2)}, longest ${sorted.at(-1)!.toFixed(2)} ms`
}
