/**
 * In Redis. All contenders use ioredis with one connection, but for the original, which made one per call.
 */
import { redisDriver, redisStore, removeKeys } from "@tallystick/adapter-redis"
import { Redis } from "ioredis"
import { RateLimiterRedis } from "rate-limiter-flexible"

import { HELD, legNames, LIMIT, promiseCaller, USED } from "../contender.ts"
import type { Case, Contender, MakeContender } from "../contender.ts"
import { storeContender } from "./commands.ts"
import { flexibleCaller, flexibleUsed, frontOf } from "./memory.ts"

const prefixOf = (name: string, of: Case): string => `tallystick-bench:${name}:${of.name}:`

/** Group commit, ledger of entries, deadlines: the store as it is by default. */
export const store =
  (url: string): MakeContender =>
  async (of) => {
    const driver = redisDriver({ url })
    const prefix = prefixOf("store", of)
    return storeContender("store", redisStore({ driver, prefix }), of, async () => {
      await removeKeys(driver, prefix)
      await driver.close()
    })
  }

export const front =
  (url: string): MakeContender =>
  async (of) => {
    const driver = redisDriver({ url })
    const prefix = prefixOf("front", of)
    return frontOf("front", redisStore({ driver, prefix }), of, async () => {
      await removeKeys(driver, prefix)
      await driver.close()
    })
  }

export const flexible =
  (url: string, enableAutoPipelining: boolean): MakeContender =>
  async (of) => {
    const name = enableAutoPipelining ? "rate-limiter-flexible, autopipelined" : "rate-limiter-flexible"
    const redis = new Redis(url, { enableAutoPipelining })
    const limiter = new RateLimiterRedis({
      storeClient: redis,
      points: LIMIT,
      duration: 86_400,
      keyPrefix: prefixOf(enableAutoPipelining ? "pipelined" : "flexible", of)
    })
    const names = legNames(of)
    return {
      name,
      call: flexibleCaller(limiter, names),
      used: () => flexibleUsed(limiter, names),
      close: async () => {
        await Promise.all(names.flat().map((key) => limiter.delete(key)))
        redis.disconnect()
      }
    }
  }

/** Two calls of a script that does nothing but add, so that there is something to check. */
export const floor =
  (url: string): MakeContender =>
  async (of) => {
    const redis = new Redis(url, { enableAutoPipelining: true })
    const key = `${prefixOf("floor", of)}used`
    redis.defineCommand("tallyFloor", { numberOfKeys: 1, lua: "return 1" })
    const call = (Reflect.get(redis, "tallyFloor") as (key: string, text: string) => Promise<unknown>).bind(redis)
    let pairs = 0
    return {
      name: "floor: a script that does nothing",
      call: promiseCaller(
        (_, id) => call(key, id),
        async (_, id) => {
          await call(key, id)
          pairs++
        }
      ),
      // It keeps nothing that could be checked.
      used: async () => pairs * USED * of.legs,
      close: async () => redis.disconnect()
    }
  }

const RESERVE = `
local key, reserve, limit, warning, id, ttl = KEYS[1], tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), ARGV[4], tonumber(ARGV[5])
local used = tonumber(redis.call('HGET', key, 'used') or '0')
local reserved = tonumber(redis.call('HGET', key, 'reserved') or '0')
if used + reserved + reserve > limit then return {0, 'blocked', used, reserved} end
redis.call('HINCRBY', key, 'reserved', reserve)
redis.call('HSET', key, 'req:' .. id, reserve)
redis.call('EXPIRE', key, ttl)
local status = 'ok'
if used + reserved + reserve >= warning then status = 'warning' end
return {1, status, used, reserved + reserve}`

const FINALIZE = `
local key, id, actual, warning = KEYS[1], ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local held = tonumber(redis.call('HGET', key, 'req:' .. id) or '0')
if held == 0 then return {tonumber(redis.call('HGET', key, 'used') or '0'), 0, 'ok'} end
redis.call('HDEL', key, 'req:' .. id)
redis.call('HINCRBY', key, 'reserved', -held)
redis.call('HINCRBY', key, 'used', actual)
local used = tonumber(redis.call('HGET', key, 'used') or '0')
local reserved = tonumber(redis.call('HGET', key, 'reserved') or '0')
local status = 'ok'
if used >= warning then status = 'warning' end
return {used, reserved, status}`

const MONTH_SECONDS = "2592000"

/** The original's way: EVAL with the text, one leg after the other; a connection per call, or one that all share. */
export const original =
  (url: string, isShared: boolean): MakeContender =>
  async (of): Promise<Contender> => {
    const prefix = prefixOf(isShared ? "original-shared" : "original", of)
    const names = legNames(of).map((legs) => legs.map((name) => prefix + name))
    const shared = new Redis(url)
    const withConnection = async (act: (redis: Redis) => Promise<void>): Promise<void> => {
      if (isShared) return act(shared)
      const own = new Redis(url)
      try {
        await act(own)
      } finally {
        own.disconnect()
      }
    }
    const limit = String(LIMIT)
    const warning = String(LIMIT * 0.8)
    return {
      name: isShared ? "the original's way, one connection" : "the original's way",
      call: promiseCaller(
        (account, id) =>
          withConnection(async (redis) => {
            for (const key of names[account]!)
              await redis.eval(RESERVE, 1, key, String(HELD), limit, warning, id, MONTH_SECONDS)
          }),
        (account, id) =>
          withConnection(async (redis) => {
            for (const key of names[account]!) await redis.eval(FINALIZE, 1, key, id, String(USED), warning)
          })
      ),
      used: async () => {
        const all = await Promise.all(names.flat().map((key) => shared.hget(key, "used")))
        return all.reduce((used, one) => used + Number(one ?? 0), 0)
      },
      close: async () => {
        await shared.del(...names.flat())
        shared.disconnect()
      }
    }
  }
