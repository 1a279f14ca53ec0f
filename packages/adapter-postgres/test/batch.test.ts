/**
 * Group commit is on unless told otherwise: what arrives while flushes are under way leaves together.
 */
import type { Command } from "@tallystick/core/machine"
import * as Effect from "effect/Effect"
import type { Pool } from "pg"
import { afterAll, beforeAll, describe, expect, test } from "vitest"

import { postgresStore } from "../src/index.ts"
import { databaseUrl, freshSchema } from "./server.ts"

const window = { kind: "none" } as const
const charge = (id: string): Command => ({
  kind: "charge",
  id,
  legs: [{ account: "a", window, unit: "u", limit: 1_000, amount: 1 }]
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
