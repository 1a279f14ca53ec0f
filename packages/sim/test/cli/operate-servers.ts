/**
 * What the commands for operators are tried on: real servers, and a hand that writes into them past every rule.
 */
import { postgresStore, trialSchema } from "@tallystick/adapter-postgres"
import { redisDriver, redisStore, removeKeys } from "@tallystick/adapter-redis"
import type { QuotaStore } from "@tallystick/core/store"
import { isNone, keyPrefix, postgresServer, redisServer, schemaName } from "@tallystick/test-servers"

export interface Operable {
  readonly name: string
  /** `--store URL --prefix …` */
  readonly options: ReadonlyArray<string>
  readonly store: QuotaStore
  readonly hasLedger: boolean
  /** Sets a sum of `user:ada`, by the day in UTC. */
  readonly write: (field: "used" | "reserved", amount: number) => Promise<void>
  /** Forgets when its holds expire. */
  readonly dropDue: () => Promise<void>
  readonly remove: () => Promise<void>
}

const redis = async (url: string): Promise<Operable> => {
  const prefix = await keyPrefix()
  const driver = redisDriver({ url })
  const key = `${prefix}{/}a:user:ada\ncalendar:day:UTC`
  const run = async (script: string, ...args: ReadonlyArray<string>): Promise<void> =>
    void (await driver.evaluate("EVAL", script, [key], args, AbortSignal.timeout(5_000)))
  return {
    name: "Redis",
    options: ["--store", url, "--prefix", prefix],
    store: redisStore({ driver, prefix }),
    hasLedger: false,
    // The first two of its row.
    write: (field, amount) =>
      run(
        "local used, reserved, rest = string.match(redis.call('HGET', KEYS[1], 'row'), '^%[([^,]*),([^,]*),(.*)$') " +
          "if ARGV[1] == 'used' then used = ARGV[2] else reserved = ARGV[2] end " +
          "redis.call('HSET', KEYS[1], 'row', '[' .. used .. ',' .. reserved .. ',' .. rest)",
        field,
        String(amount)
      ),
    dropDue: () =>
      run(
        "local row = redis.call('HGET', KEYS[1], 'row') redis.call('HSET', KEYS[1], 'row', string.match(row, '^(.*\")') .. ']') " +
          "for _, name in ipairs(redis.call('HKEYS', KEYS[1])) do if string.sub(name, 1, 4) == 'due:' then redis.call('HDEL', KEYS[1], name) end end"
      ),
    remove: async () => {
      await removeKeys(driver, prefix)
      await driver.close()
    }
  }
}

const postgres = async (url: string): Promise<Operable> => {
  const trial = await trialSchema(url, `${await schemaName()}_operate`)
  const of = `WHERE account = 'user:ada' AND "window" = 'calendar:day:UTC'`
  return {
    name: "Postgres",
    options: ["--store", url, "--schema", trial.schema],
    store: postgresStore({ pool: trial.pool, schema: trial.schema }),
    hasLedger: true,
    write: async (field, amount) =>
      void (await trial.pool.query(`UPDATE ${trial.schema}.account SET ${field} = ${amount} ${of}`)),
    dropDue: async () => void (await trial.pool.query(`DELETE FROM ${trial.schema}.due ${of}`)),
    remove: trial.remove
  }
}

/** Those that there are. */
export const operables = async (): Promise<ReadonlyArray<Operable>> => {
  const [redisAt, postgresAt] = [await redisServer(), await postgresServer()]
  return [
    ...(isNone(redisAt) ? [] : [await redis(redisAt.url)]),
    ...(isNone(postgresAt) ? [] : [await postgres(postgresAt.url)])
  ]
}
