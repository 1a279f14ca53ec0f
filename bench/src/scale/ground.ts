/**
 * A store that can be filled quickly and weighed, for the measurements of size.
 */
import { memoryStore } from "@tallystick/adapter-memory"
import { migrate, postgresStore } from "@tallystick/adapter-postgres"
import { redisDriver, redisStore, removeKeys } from "@tallystick/adapter-redis"
import type { QuotaStore } from "@tallystick/core/store"
import * as Effect from "effect/Effect"
import { Redis } from "ioredis"
import { Pool } from "pg"
import * as v8 from "node:v8"
import * as vm from "node:vm"

import { fill } from "./traffic.ts"

export interface Ground {
  readonly store: QuotaStore
  /** So many accounts named `a:0`, `a:1`, …, each with one ended request. */
  readonly fillAccounts: (count: number) => Promise<void>
  /** Bytes that it takes now. */
  readonly bytes: () => Promise<number>
  readonly close: () => Promise<void>
}

export type MakeGround = (name: string) => Promise<Ground>

v8.setFlagsFromString("--expose-gc")
const collectGarbage = vm.runInNewContext("gc") as () => void

export const memoryGround: MakeGround = async () => {
  const store = memoryStore()
  return {
    store,
    fillAccounts: (count) => fill(store, count, (index) => `a:${index}`),
    bytes: async () => {
      collectGarbage()
      return process.memoryUsage().heapUsed
    },
    close: async () => {}
  }
}

/** A million accounts through the front door would take minutes: the first one's keys are copied inside the server, 10,000 per call. */
const COPIES_PER_CALL = 10_000
const COPY = `
for i = tonumber(ARGV[1]), tonumber(ARGV[2]) do
  for at = 1, #KEYS do
    redis.call('COPY', KEYS[at], (string.gsub(KEYS[at], 'a:0', 'a:' .. i)))
  end
end`

export const redisGround =
  (url: string): MakeGround =>
  async (name) => {
    const driver = redisDriver({ url })
    const redis = new Redis(url)
    const prefix = `tallystick-scale-${name}:`
    const store = redisStore({ driver, prefix })
    return {
      store,
      fillAccounts: async (count) => {
        await fill(store, 1, (index) => `a:${index}`)
        const keys = await redis.keys(`${prefix}*`)
        for (let from = 1; from < count; from += COPIES_PER_CALL)
          await redis.eval(COPY, keys.length, ...keys, from, Math.min(count, from + COPIES_PER_CALL) - 1)
      },
      bytes: async () => Number(/used_memory:(\d+)/.exec(await redis.info("memory"))?.[1]),
      close: async () => {
        await removeKeys(driver, prefix)
        await driver.close()
        redis.disconnect()
      }
    }
  }

const tables = ["account", "entry", "due", "adjustment", "ledger"]

export const postgresGround =
  (url: string): MakeGround =>
  async (name) => {
    const pool = new Pool({ connectionString: url, max: 4 })
    const schema = `tallystick_scale_${name}`
    await pool.query(`DROP SCHEMA IF EXISTS ${schema} CASCADE`)
    await migrate({ pool, schema })
    // A full call of a fresh table takes its time.
    const store = postgresStore({ pool, schema, callTimeoutMs: 60_000 })
    return {
      store,
      fillAccounts: async (count) => {
        await fill(store, 1, (index) => `a:${index}`)
        // As in Redis: the rows of the first account, again under other names.
        for (const table of tables)
          await pool.query(
            `INSERT INTO ${schema}.${table}
             SELECT (jsonb_populate_record(row, jsonb_build_object('account', 'a:' || number))).*
             FROM ${schema}.${table} AS row, generate_series(1, $1::int - 1) AS number WHERE row.account = 'a:0'`,
            [count]
          )
        await pool.query(`ANALYZE`)
      },
      bytes: async () => {
        const { rows } = await pool.query<{ bytes: string }>(
          `SELECT sum(pg_total_relation_size(c.oid)) AS bytes FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
           WHERE nspname = $1 AND relkind = 'r'`,
          [schema]
        )
        return Number(rows[0]!.bytes)
      },
      close: async () => {
        await Effect.runPromise(store.close)
        await pool.query(`DROP SCHEMA ${schema} CASCADE`)
        await pool.end()
      }
    }
  }
