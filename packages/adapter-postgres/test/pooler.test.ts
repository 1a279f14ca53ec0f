/**
 * Behind a pooler in transaction mode: each statement may run on another server connection. Against one of this test's own, which sees to it that it does;
 * and against PgBouncer, where `TALLYSTICK_TEST_PGBOUNCER_URL` says that there is one before the run's server.
 */
import {
  migrate,
  postgresStore,
  type PostgresStoreOptions,
  trialSchema,
  type TrialSchema
} from "@tallystick/adapter-postgres"
import { describeWith, postgresServer, schemaName } from "@tallystick/test-servers"
import { Pool } from "pg"
import { afterAll, beforeAll, expect, test } from "vitest"

import { charge, outcome, PATIENT_MS, tagOf, used } from "./support/calls.ts"
import { TransactionPooler } from "./support/pooler.ts"

const schema = await schemaName()
const pgbouncer = process.env["TALLYSTICK_TEST_PGBOUNCER_URL"]

describeWith(await postgresServer(), "transaction pooling", ({ url }) => {
  let trial: TrialSchema
  let pooler: TransactionPooler
  beforeAll(async () => {
    trial = await trialSchema(url, schema)
    pooler = await TransactionPooler.before(url, 4)
  })
  afterAll(async () => {
    await pooler[Symbol.asyncDispose]()
    await trial.remove()
  })
  const poolersUrl = () => pgbouncer ?? pooler.clientUrl
  const withStore = async (
    options: PostgresStoreOptions,
    use: (store: ReturnType<typeof postgresStore>) => Promise<void>
  ): Promise<void> => {
    const pool = new Pool({ connectionString: poolersUrl(), max: 3 })
    try {
      await use(postgresStore({ pool, schema, callTimeoutMs: PATIENT_MS, ...options }))
    } finally {
      await pool.end()
    }
  }

  for (const prepare of [false, true])
    test(`prepare: ${prepare}: every call goes through, also many at once`, () =>
      withStore({ prepare }, async (store) => {
        const account = `prepare ${prepare}`
        pooler.errors = 0
        for (let id = 0; id < 12; id++) expect(await tagOf(store, charge(`one ${id}`, account))).toBe("Charged")
        // The first refusal of a name is the last.
        if (pgbouncer === undefined) expect(pooler.errors).toBe(prepare ? 1 : 0)
        const tags = await Promise.all(
          Array.from({ length: 12 }, (_, id) => tagOf(store, charge(`many ${id}`, account)))
        )
        expect(new Set(tags)).toEqual(new Set(["Charged"]))
        expect(await used(store, account)).toBe(24)
        if (pgbouncer === undefined) expect(pooler.served.filter((count) => count > 0)).toHaveLength(4)
      }))

  test("where every transaction must be begun", async () => {
    const role = `${schema}_serializable`
    await trial.pool.query(`CREATE ROLE ${role} SUPERUSER LOGIN`)
    await trial.pool.query(`ALTER ROLE ${role} SET default_transaction_isolation = 'serializable'`)
    const own = new URL(url)
    own.username = role
    await using begun = await TransactionPooler.before(own.href, 3)
    const pool = new Pool({ connectionString: begun.clientUrl, max: 2 })
    const store = postgresStore({ pool, schema, callTimeoutMs: PATIENT_MS })
    for (let id = 0; id < 6; id++) expect(await tagOf(store, charge(`one ${id}`, "begun"))).toBe("Charged")
    await pool.end()
    await trial.pool.query(`DROP ROLE ${role}`)
  })

  test("within a transaction, and migrating", () =>
    withStore({}, async (store) => {
      const pool = new Pool({ connectionString: poolersUrl(), max: 1 })
      const client = await pool.connect()
      await client.query("BEGIN")
      for (const id of ["c", "d"]) expect(await tagOf(store.within(client), charge(id, "within"))).toBe("Charged")
      await client.query("ROLLBACK")
      expect(await outcome(store, charge("c", "within"))).toMatchObject({ _tag: "Charged", replayed: false })
      client.release()
      const { from, to } = await migrate({ pool, schema })
      expect(from).toBe(to)
      await pool.end()
    }))
})
