/**
 * One store over several servers: the shape of growing out of one.
 */
import { migrate, postgresStore } from "@tallystick/adapter-postgres"
import { connectionOptions, redisStore } from "@tallystick/adapter-redis"
import type { Command, Outcome } from "@tallystick/core/machine"
import type { QuotaStore } from "@tallystick/core/store"
import * as Effect from "effect/Effect"
import { Cluster } from "ioredis"
import { Pool } from "pg"

import { type MakeContender, effectCaller } from "../contender.ts"
import { pairsOf, Refused, storeContender, usedOf } from "./commands.ts"

/** `m0:17:0` lives in partition 17 of 48: a few for each slot range, and fewer than accounts, so that calls still meet. */
const PARTITIONS = 48
const partition = (account: string): string => `p${Number(account.split(":")[1]) % PARTITIONS}`

/** The same partitions on one server, for comparison. */
export const single =
  (url: string): MakeContender =>
  async (of) => {
    const store = redisStore({ url, partition, prefix: `tallystick-masters:${of.name}:` })
    return storeContender("1 master", store, of)
  }

export const cluster =
  (urls: ReadonlyArray<string>): MakeContender =>
  async (of) => {
    const connection = new Cluster([...urls], { redisOptions: connectionOptions })
    const store = redisStore({ connection, partition, prefix: `tallystick-masters:${of.name}:` })
    return storeContender(`${urls.length} masters`, store, of, async () => connection.disconnect())
  }

/** Sharded by account: each account lives in one Postgres. */
export const shards =
  (urls: ReadonlyArray<string>): MakeContender =>
  async (of) => {
    // The one Postgres is also one of the three.
    const schema = `tallystick_over_${urls.length}`
    const pools = urls.map((connectionString) => new Pool({ connectionString }))
    for (const pool of pools) {
      await pool.query(`DROP SCHEMA IF EXISTS ${schema} CASCADE`)
      await migrate({ pool, schema })
    }
    const stores = pools.map((pool): QuotaStore => postgresStore({ pool, schema }))
    const { finalize, refs, reserve } = pairsOf(of)
    const send = (account: number, command: Command, tag: Outcome["_tag"]) =>
      Effect.map(stores[account % stores.length]!.execute([command]), ([outcome]) => {
        if (outcome?._tag !== tag) throw new Refused(outcome)
      })
    return {
      name: urls.length === 1 ? "1 Postgres" : `${urls.length} Postgres`,
      call: effectCaller(
        (account, id) => send(account, reserve(account, id), "Granted"),
        (account, id) => send(account, finalize(account, id), "Finalized")
      ),
      used: async () => {
        let used = 0
        for (const store of stores) used += await usedOf(store, refs)
        return used
      },
      close: async () => {
        for (const pool of pools) await pool.end()
      }
    }
  }
