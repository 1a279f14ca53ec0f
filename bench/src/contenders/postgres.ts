/**
 * In Postgres. All contenders use pg with a pool of the same size.
 */
import { migrate, postgresStore } from "@tallystick/adapter-postgres"
import { Pool } from "pg"
import { RateLimiterPostgres } from "rate-limiter-flexible"

import { HELD, legNames, LIMIT, promiseCaller, USED } from "../contender.ts"
import type { Contender, MakeContender } from "../contender.ts"
import { storeContender } from "./commands.ts"
import { flexibleCaller, flexibleUsed, frontOf } from "./memory.ts"

/** pg's own default. */
const POOL = 10

export const SCHEMA = "tallystick_bench"

const poolOf = (url: string): Pool => new Pool({ connectionString: url, max: POOL })

/** An empty schema for this run. */
export const prepare = async (url: string): Promise<void> => {
  const pool = poolOf(url)
  await pool.query(`DROP SCHEMA IF EXISTS ${SCHEMA} CASCADE`)
  await migrate({ pool, schema: SCHEMA })
  await pool.query(`CREATE TABLE ${SCHEMA}.original (id text PRIMARY KEY, lim bigint, used bigint, reserved bigint)`)
  await pool.end()
}

export const store =
  (url: string): MakeContender =>
  async (of) => {
    const pool = poolOf(url)
    return storeContender("store", postgresStore({ pool, schema: SCHEMA }), of, () => pool.end())
  }

export const front =
  (url: string): MakeContender =>
  async (of) => {
    const pool = poolOf(url)
    return frontOf("front", postgresStore({ pool, schema: SCHEMA }), of, () => pool.end())
  }

export const flexible =
  (url: string): MakeContender =>
  async (of) => {
    const pool = poolOf(url)
    const limiter = await new Promise<RateLimiterPostgres>((resolve, reject) => {
      const made = new RateLimiterPostgres(
        {
          storeClient: pool,
          points: 2_000_000_000, // its column is an integer
          duration: 86_400,
          schemaName: SCHEMA,
          tableName: "flexible",
          clearExpiredByTimeout: false
        },
        (error) => (error === undefined || error === null ? resolve(made) : reject(error))
      )
    })
    const names = legNames(of)
    return {
      name: "rate-limiter-flexible",
      call: flexibleCaller(limiter, names),
      used: () => flexibleUsed(limiter, names),
      close: () => pool.end()
    }
  }

/** The original's way: BEGIN, SELECT FOR UPDATE, UPDATE, COMMIT, for each limit; it remembers nothing of a request. */
export const rowLock =
  (url: string): MakeContender =>
  async (of): Promise<Contender> => {
    const pool = poolOf(url)
    const names = legNames(of).map((legs) => legs.map((name) => `lock:${name}`))
    await pool.query(`INSERT INTO ${SCHEMA}.original SELECT unnest($1::text[]), $2, 0, 0 ON CONFLICT DO NOTHING`, [
      names.flat(),
      LIMIT
    ])
    const change = async (id: string, held: number, used: number): Promise<void> => {
      const client = await pool.connect()
      try {
        await client.query("BEGIN")
        const { rows } = await client.query<{ lim: string; used: string; reserved: string }>(
          `SELECT lim, used, reserved FROM ${SCHEMA}.original WHERE id = $1 FOR UPDATE`,
          [id]
        )
        const row = rows[0]!
        if (Number(row.used) + Number(row.reserved) + held > Number(row.lim)) throw new Error("denied")
        await client.query(`UPDATE ${SCHEMA}.original SET reserved = $2, used = $3 WHERE id = $1`, [
          id,
          Number(row.reserved) + held,
          Number(row.used) + used
        ])
        await client.query("COMMIT")
      } finally {
        client.release()
      }
    }
    return {
      name: "the original's way",
      call: promiseCaller(
        async (account) => {
          for (const name of names[account]!) await change(name, HELD, 0)
        },
        async (account) => {
          for (const name of names[account]!) await change(name, -HELD, USED)
        }
      ),
      used: () => usedOf(pool, names.flat()),
      close: () => pool.end()
    }
  }

/** `UPDATE … RETURNING`, prepared: the least that changes a row durably. */
export const floor =
  (url: string): MakeContender =>
  async (of): Promise<Contender> => {
    const pool = poolOf(url)
    const names = legNames(of).map((legs) => legs.map((name) => `floor:${name}`))
    await pool.query(`INSERT INTO ${SCHEMA}.original SELECT unnest($1::text[]), $2, 0, 0 ON CONFLICT DO NOTHING`, [
      names.flat(),
      LIMIT
    ])
    const text = `UPDATE ${SCHEMA}.original SET reserved = reserved + $2, used = used + $3 WHERE id = $1 RETURNING used, reserved`
    const change = (id: string, held: number, used: number): Promise<unknown> =>
      pool.query({ name: "floor", text, values: [id, held, used] })
    return {
      name: "floor: UPDATE … RETURNING",
      call: promiseCaller(
        (account) => Promise.all(names[account]!.map((name) => change(name, HELD, 0))),
        (account) => Promise.all(names[account]!.map((name) => change(name, -HELD, USED)))
      ),
      used: () => usedOf(pool, names.flat()),
      close: () => pool.end()
    }
  }

const usedOf = async (pool: Pool, names: ReadonlyArray<string>): Promise<number> => {
  const { rows } = await pool.query<{ sum: string | null }>(
    `SELECT sum(used) FROM ${SCHEMA}.original WHERE id = ANY($1)`,
    [names]
  )
  return Number(rows[0]?.sum ?? 0)
}
