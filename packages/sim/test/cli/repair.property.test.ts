/**
 * A repair makes what the machine itself kept: after any traffic it finds nothing to do, and after any damage to the sums it brings them back.
 */
import { postgresOperator, postgresStore, trialSchema } from "@tallystick/adapter-postgres"
import { redisDriver, redisOperator, redisStore, removeKeys } from "@tallystick/adapter-redis"
import type { Command } from "@tallystick/core/machine"
import type { QuotaStore, StoreOperator } from "@tallystick/core/store"
import { isNone, keyPrefix, postgresServer, redisServer, schemaName } from "@tallystick/test-servers"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as fc from "fast-check"
import { assert, describe, it } from "vitest"

const windows = [{ kind: "none" }, { kind: "fixed", lengthMs: 30_000 }, { kind: "idle", idleMs: 15_000 }] as const
const terms = windows.map((window, index) => ({ account: `a${index}`, window, unit: "u", limit: 1_000 }))

interface Step {
  readonly waitMs: number
  readonly command: Command
}

const amount = fc.integer({ min: 1, max: 90 })
const whenUnknown = fc.constantFrom("charge-held", "charge-measured", "refund", undefined)

const command: fc.Arbitrary<Command> = fc
  .record({
    id: fc.integer({ min: 0, max: 7 }).map((id) => `r${id}`),
    kind: fc.constantFrom("reserve", "reserve", "reserve", "extend", "finalize", "release", "charge"),
    first: fc.integer({ min: 0, max: 2 }),
    amount,
    ttlMs: fc.integer({ min: 1_000, max: 20_000 }),
    settle: fc.constantFrom("actual", "actual", "held", "none"),
    whenUnknown
  })
  .map(({ amount, first, id, kind, settle, ttlMs, whenUnknown }): Command => {
    // An id's accounts follow from it, so that its endings name them.
    const number = Number(id.slice(1))
    const legs = number % 2 === 0 ? [terms[number % 3]!] : terms
    const kindOf = number % 3 === 0 ? settle : "actual"
    switch (kind) {
      case "reserve":
        return { kind, id, ttlMs, legs: legs.map((leg) => ({ ...leg, amount, settle: kindOf })) }
      case "extend":
        return {
          kind,
          id,
          ttlMs,
          whenUnknown,
          legs: legs.map((leg) => ({ ...leg, measured: amount, total: amount + first }))
        }
      case "finalize":
        return {
          kind,
          id,
          overage: "debit",
          ifUnknown: "mark",
          sentAgoMs: 0,
          legs: legs.map((leg) => ({ ...leg, actual: amount }))
        }
      case "charge":
        return { kind, id: `${id}c${amount}`, legs: legs.map((leg) => ({ ...leg, amount })) }
      default:
        return { kind: "release", id, legs }
    }
  })

const steps: fc.Arbitrary<ReadonlyArray<Step>> = fc.array(
  fc.record({ waitMs: fc.constantFrom(0, 0, 10, 1_500, 9_000, 40_000), command }),
  { minLength: 5, maxLength: 40 }
)

interface Trial {
  readonly store: QuotaStore
  readonly operator: StoreOperator
  readonly damage: (account: number, how: "reserved" | "due") => Promise<void>
}

const live = Effect.runSync(Clock.Clock)

const at = <A, E>(nowMs: number, effect: Effect.Effect<A, E>): Promise<A> => {
  const clock = Object.assign(Object.create(live) as Clock.Clock, {
    currentTimeMillis: Effect.succeed(nowMs),
    currentTimeMillisUnsafe: () => nowMs
  })
  return Effect.runPromise(Effect.provideService(effect, Clock.Clock, clock))
}

const holds = async ({ damage, operator, store }: Trial, all: ReadonlyArray<Step>): Promise<void> => {
  let nowMs = 1_700_000_000_000
  for (const step of all) {
    nowMs += step.waitMs
    await at(nowMs, store.execute([step.command]))
  }
  for (const [index, window] of windows.entries()) {
    const account = `a${index}`
    const sound = await operator.repair(account, window, { apply: true })
    if (!sound.found) continue
    assert.deepInclude(sound, { applied: false, dueDiffers: false, obstacle: null, after: sound.before })
    // Now, and when what is held has expired in part.
    const readings = () => Promise.all([0, 5_000, 25_000].map((waitMs) => at(nowMs + waitMs, store.usage(terms))))
    const before = await readings()
    for (const how of ["reserved", "due"] as const) {
      await damage(index, how)
      await operator.repair(account, window, { apply: true })
      const again = await operator.repair(account, window, { apply: false })
      assert.deepInclude(again, { dueDiffers: false, before: again.after })
      const after = await readings()
      assert.deepEqual(after.flat().map(numbers), before.flat().map(numbers), `${account} after damage to ${how}`)
    }
  }
}

const numbers = ({ reserved, used }: { readonly used: number; readonly reserved: number }) => [used, reserved]

const RUNS = Number(process.env["TALLYSTICK_REPAIR_RUNS"] ?? 25)

const check = async (make: () => Promise<Trial & { readonly remove: () => Promise<void> }>): Promise<void> =>
  fc.assert(
    fc.asyncProperty(steps, async (all) => {
      const trial = await make()
      try {
        await holds(trial, all)
      } finally {
        await trial.remove()
      }
    }),
    { numRuns: RUNS }
  )

describe("a repair", { timeout: 120_000 }, async () => {
  const redis = await redisServer()
  it.skipIf(isNone(redis))("of Redis makes what the machine kept", async () => {
    if (isNone(redis)) return
    const driver = redisDriver({ url: redis.url })
    await check(async () => {
      const prefix = await keyPrefix()
      const operator = redisOperator({ url: redis.url, prefix })
      const keyOf = (index: number) => {
        const window = ["", "\nfixed:30000", "\nidle:15000"][index]
        return `${prefix}{/}a:a${index}${window}`
      }
      return {
        store: redisStore({ driver, prefix, clock: "caller" }),
        operator,
        damage: async (index, how) => {
          const script =
            how === "reserved"
              ? "local used, reserved, rest = string.match(redis.call('HGET', KEYS[1], 'row'), '^%[(%d+),(%d+),(.*)$') redis.call('HSET', KEYS[1], 'row', '[' .. used .. ',' .. reserved + 3 .. ',' .. rest)"
              : "local row = redis.call('HGET', KEYS[1], 'row') redis.call('HSET', KEYS[1], 'row', string.match(row, '^(.*\")') .. ']') " +
                "for _, name in ipairs(redis.call('HKEYS', KEYS[1])) do if string.sub(name, 1, 4) == 'due:' then redis.call('HDEL', KEYS[1], name) end end"
          await driver.evaluate("EVAL", script, [keyOf(index)], [], AbortSignal.timeout(5_000))
        },
        remove: async () => {
          await removeKeys(driver, prefix)
          await operator.close()
        }
      }
    })
    await driver.close()
  })

  const postgres = await postgresServer()
  it.skipIf(isNone(postgres))("of Postgres makes what the machine kept", async () => {
    if (isNone(postgres)) return
    const trial = await trialSchema(postgres.url, `${await schemaName()}_repair`)
    const operator = postgresOperator({ url: postgres.url, schema: trial.schema })
    await check(async () => {
      await trial.empty()
      return {
        store: postgresStore({ pool: trial.pool, schema: trial.schema, clock: "caller" }),
        operator,
        damage: async (index, how) => {
          const text =
            how === "reserved"
              ? `UPDATE ${trial.schema}.account SET reserved = reserved + 3 WHERE account = $1`
              : `DELETE FROM ${trial.schema}.due WHERE account = $1`
          await trial.pool.query(text, [`a${index}`])
        },
        remove: async () => {}
      }
    })
    await operator.close()
    await trial.remove()
  })
})
