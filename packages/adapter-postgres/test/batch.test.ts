/**
 * Group commit is on unless told otherwise: what arrives while flushes are under way leaves together.
 */
import type { Command } from "@tallystick/core/machine"
import * as Effect from "effect/Effect"
import type { Pool } from "pg"
import { afterAll, beforeAll, describe, expect, test } from "vitest"

import { type PostgresDriver, postgresStore } from "../src/index.ts"
import { databaseUrl, freshSchema } from "./server.ts"

const window = { kind: "none" } as const
const charge = (id: string, account = "a", limit = 1_000): Command => ({
  kind: "charge",
  id,
  legs: [{ account, window, unit: "u", limit, amount: 1 }]
})

describe.skipIf(databaseUrl === undefined)("Postgres", () => {
  let pool: Pool
  let schema: string
  beforeAll(async () => {
    const fresh = await freshSchema()
    pool = fresh.pool
    schema = fresh.schema
  })
  afterAll(async () => {
    await pool.query(`DROP SCHEMA ${schema} CASCADE`)
    await pool.end()
  })

  /** How many transactions wrote what the ledger tells. */
  const transactions = async (): Promise<number> => {
    const { rows } = await pool.query(`SELECT count(DISTINCT xmin::text)::int AS count FROM ${schema}.ledger`)
    return (rows as ReadonlyArray<{ count: number }>)[0]!.count
  }
  const chargeAtOnce = async (store: ReturnType<typeof postgresStore>, name: string, times: number): Promise<void> => {
    const calls = Array.from({ length: times }, (_, index) => Effect.runPromise(store.execute([charge(name + index)])))
    for (const [outcome] of await Promise.all(calls)) expect(outcome!._tag).toBe("Charged")
  }

  test("40 calls at once for one account are two transactions; with `false` 40", async () => {
    const before = await transactions()
    await chargeAtOnce(postgresStore({ pool, schema }), "together", 40)
    expect((await transactions()) - before).toBe(2)
    await chargeAtOnce(postgresStore({ pool, schema, batch: false }), "alone", 40)
    expect((await transactions()) - before).toBe(42)
    const [usage] = await Effect.runPromise(
      postgresStore({ pool, schema }).usage([{ account: "a", window, limit: 1_000 }])
    )
    expect(usage!.used).toBe(80)
  })

  test("400 callers of one account: flushes take turns, one at a time, each call is told its own answer, and nothing is counted twice", async () => {
    let underWay = 0
    let most = 0
    let flushes = 0
    const driver: PostgresDriver = {
      query: async (text, values) => {
        most = Math.max(most, ++underWay)
        flushes++
        const result = await pool.query(text, [...values])
        underWay--
        return result
      }
    }
    const store = postgresStore({ driver, schema })
    const before = await transactions()
    const caller = async (number: number): Promise<void> => {
      for (let call = 0; call < 4; call++) {
        const [outcome] = await Effect.runPromise(store.execute([charge(`turns ${number} ${call}`, "hot", 10_000)]))
        expect(outcome).toMatchObject({ _tag: "Charged", id: `turns ${number} ${call}`, replayed: false })
      }
    }
    await Promise.all(Array.from({ length: 400 }, (_, number) => caller(number)))
    expect(most).toBe(1)
    expect((await transactions()) - before).toBe(flushes)
    // 1,600 commands: in flushes of 200, and some at the beginning and the end.
    expect(flushes).toBeLessThan(16)
    const [usage] = await Effect.runPromise(store.usage([{ account: "hot", window, limit: 10_000 }]))
    expect(usage!.used).toBe(1_600)
  })

  test("its bounds are told by name", () => {
    expect(() => postgresStore({ pool, batch: { maxFlushes: 0 } })).toThrow("maxFlushes must be an integer from 1")
  })

  test("a call that waits for others ends by its deadline, and says that nothing happened", async () => {
    const client = await pool.connect()
    await client.query("BEGIN")
    await client.query(`SELECT FROM ${schema}.account FOR UPDATE`)
    const store = postgresStore({ pool, schema, callTimeoutMs: 1_000 })
    const tagOf = (id: string) =>
      Effect.runPromise(Effect.map(Effect.flip(store.execute([charge(id)])), ({ _tag }) => _tag))
    const tags = await Promise.all(["first", "second", "third"].map(tagOf))
    await client.query("ROLLBACK")
    client.release()
    expect(tags).toEqual(["NotApplied", "OutcomeUnknown", "OutcomeUnknown"])
  })
})
