/**
 * Hours of steady traffic in a time of our own: what is kept at the end is what was kept after the warm-up.
 */
import { memoryStore } from "@tallystick/adapter-memory"
import { postgresStore, trialSchema } from "@tallystick/adapter-postgres"
import type { QuotaStore } from "@tallystick/core/store"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"

import type { Scale } from "./scale.ts"
import { finalize, reserve } from "./traffic.ts"

const START_MS = 1_800_000_000_000
const MINUTE_MS = 60_000
const ACCOUNTS = 20 // at most

/** What is settled is remembered for an hour, and collected an hour later at the earliest: then as much leaves as comes. */
const WARM_UP_MINUTES = 125

const live = Effect.runSync(Clock.Clock)

const at = <A, E>(nowMs: number, effect: Effect.Effect<A, E>): Promise<A> => {
  const clock: Clock.Clock = Object.assign(Object.create(live) as Clock.Clock, {
    currentTimeMillis: Effect.succeed(nowMs),
    currentTimeMillisUnsafe: () => nowMs
  })
  return Effect.runPromise(Effect.provideService(effect, Clock.Clock, clock))
}

/**
 * @param perMinute pairs
 * @param sizes what is kept, by name
 * @throws Error if it grew
 */
const steady = async (
  name: string,
  store: QuotaStore,
  hours: number,
  perMinute: number,
  sizes: () => Promise<Readonly<Record<string, number>>>
): Promise<ReadonlyArray<Scale>> => {
  let minute = 0
  const run = async (minutes: number): Promise<Readonly<Record<string, number>>> => {
    for (const until = minute + minutes; minute < until; minute++) {
      const nowMs = START_MS + minute * MINUTE_MS
      const ids = Array.from({ length: perMinute }, (_, at) => ({
        id: `${minute}-${at}`,
        account: `a:${at % ACCOUNTS}`
      }))
      await at(nowMs, store.execute(ids.map(({ account, id }) => reserve(account, id))))
      await at(nowMs + 30_000, store.execute(ids.map(({ account, id }) => finalize(account, id))))
      await at(nowMs + 30_000, store.sweep(10 * perMinute))
    }
    return sizes()
  }
  const before = await run(WARM_UP_MINUTES)
  const minutes = Math.ceil(hours * 60)
  const after = await run(minutes)
  if (JSON.stringify(after) !== JSON.stringify(before))
    throw new Error(
      `${name} grew: ${JSON.stringify(before)} after the warm-up, ${JSON.stringify(after)} after ${minutes} minutes more`
    )
  return Object.entries(after).map(([what, value]) => ({
    store: name,
    what: `${what}, after ${WARM_UP_MINUTES} minutes and ${minutes} more`,
    value,
    unit: "rows"
  }))
}

export const steadyMemory = (hours: number, perMinute: number): Promise<ReadonlyArray<Scale>> => {
  const store = memoryStore()
  return steady("memory", store, hours, perMinute, async () => {
    const { accounts, openEntries, settledEntries } = store.stats()
    return { accounts, "open entries": openEntries, "settled entries": settledEntries }
  })
}

/** The ledger is left out: it is only ever added to, and pruned by age by whoever keeps it. */
export const steadyPostgres = async (url: string, hours: number, perMinute: number): Promise<ReadonlyArray<Scale>> => {
  const trial = await trialSchema(url, `tallystick_steady_${process.pid}`)
  try {
    const store = postgresStore({ pool: trial.pool, schema: trial.schema, clock: "caller" })
    const count = async (table: string): Promise<number> => {
      const { rows } = await trial.pool.query<{ count: string }>(`SELECT count(*) FROM ${trial.schema}.${table}`)
      return Number(rows[0]!.count)
    }
    return await steady("postgres", store, hours, perMinute, async () => ({
      accounts: await count("account"),
      entries: await count("entry"),
      "due rows": await count("due")
    }))
  } finally {
    await trial.remove()
  }
}
