/**
 * What the server refuses, and what others do to a call: each told as what it is.
 */
import {
  type PostgresDriver,
  postgresStore,
  type PostgresStoreOptions,
  trialSchema,
  type TrialSchema
} from "@tallystick/adapter-postgres"
import { readCommand } from "@tallystick/core/machine"
import { describeWith, postgresServer, schemaName } from "@tallystick/test-servers"
import { Client, Pool } from "pg"
import { afterAll, beforeAll, describe, expect, test } from "vitest"

import { charge, of, outcome, PATIENT_MS, tagOf, used } from "./support/calls.ts"
import { until } from "./support/until.ts"

const schema = await schemaName()

describeWith(await postgresServer(), "failures", ({ url }) => {
  let trial: TrialSchema
  beforeAll(async () => {
    trial = await trialSchema(url, schema)
  })
  afterAll(() => trial.remove())
  const store = (options: PostgresStoreOptions = {}) =>
    postgresStore({ pool: trial.pool, schema, callTimeoutMs: PATIENT_MS, ...options })

  /** A pool whose sessions have these settings. */
  const poolWith = (settings: string, max = 2) =>
    Object.assign(new Pool({ connectionString: url, max, options: settings }), {
      async [Symbol.asyncDispose](this: Pool): Promise<void> {
        await this.end()
      }
    })

  /** A transaction that holds the account's row, until it ends. */
  const holderOf = async (account: string) => {
    await tagOf(store(), charge("first", account))
    const client = new Client({ connectionString: url })
    await client.connect()
    await client.query("BEGIN")
    await client.query(`SELECT 1 FROM ${schema}.account WHERE account = $1 FOR UPDATE`, [account])
    return { client, [Symbol.asyncDispose]: () => client.end() }
  }

  /** The one that waits for a row's lock; asked outside of any transaction, in which the answer would stay the first. */
  const waiting = async (): Promise<number | undefined> => {
    const { rows } = await trial.pool.query<{ pid: number }>(
      "SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE $1",
      [`%${schema}%`]
    )
    return rows[0]?.pid
  }
  const untilWaiting = () => until("it waits for a row", async () => (await waiting()) !== undefined)

  describe("what others cause", () => {
    for (const [name, code] of [
      ["a serialization failure", "40001"],
      ["a deadlock", "40P01"]
    ] as const)
      test(`${name} is tried again, and then goes through`, async () => {
        const account = `again ${code}`
        let tries = 0
        const flaky = store({
          pool: undefined,
          driver: {
            query: async (text, values) => {
              // Raised by the server, as others would have it raise it.
              if (++tries < 6)
                await trial.pool.query(`DO $$ BEGIN RAISE EXCEPTION 'by the test' USING ERRCODE = '${code}'; END $$`)
              return trial.pool.query(text, [...values])
            }
          }
        })
        expect(await tagOf(flaky, charge("c", account))).toBe("Charged")
        expect(tries).toBe(6)
        expect(await used(store(), account)).toBe(1)
      })

    test("only trying again until the deadline: not applied, since nothing is under way", async () => {
      let tries = 0
      const unlucky = store({
        pool: undefined,
        callTimeoutMs: 300,
        driver: {
          query: async () => {
            tries++
            throw Object.assign(new Error("could not serialize access"), { code: "40001" })
          }
        }
      })
      expect(await outcome(unlucky, charge("c", "unlucky"))).toMatchObject({
        _tag: "NotApplied",
        message: expect.stringContaining("others changed the same rows")
      })
      // No hot loop: 5 + 10 + 20 + … ms, each from a half to one and a half of it.
      expect(tries).toBeGreaterThan(1)
      expect(tries).toBeLessThan(12)
    })

    test("a deadlock with somebody else's transaction does not reach the caller", async () => {
      await tagOf(store(), charge("first", "dead a"))
      // The store is the one that looks for a deadlock, a second after it began to wait: the other waits for a minute before it would.
      await using pool = poolWith("-c deadlock_timeout=1s")
      await using holder = await holderOf("dead b")
      await holder.client.query("SET deadlock_timeout = '60s'")
      const codes: Array<unknown> = []
      const driver: PostgresDriver = {
        query: async (text, values) => {
          try {
            return await pool.query(text, [...values])
          } catch (error) {
            codes.push((error as { readonly code?: unknown }).code)
            throw error
          }
        }
      }
      const both = readCommand({
        kind: "charge",
        id: "c",
        legs: ["dead a", "dead b"].map((account) => ({ ...of(account), amount: 1 }))
      })
      const call = tagOf(postgresStore({ driver, schema, callTimeoutMs: PATIENT_MS }), both)
      await untilWaiting()
      await holder.client.query(`SELECT 1 FROM ${schema}.account WHERE account = 'dead a' FOR UPDATE`)
      await holder.client.query("COMMIT")
      expect(await call).toBe("Charged")
      expect(codes).toEqual(["40P01"])
      expect(await used(store(), "dead a")).toBe(2)
    })

    test("a row that is held for too long: not applied, before the deadline", async () => {
      await using holder = await holderOf("locked")
      expect(await outcome(store({ callTimeoutMs: 2_000 }), charge("c", "locked"))).toMatchObject({
        _tag: "NotApplied",
        message: expect.stringContaining("locked by others")
      })
      await holder.client.query("COMMIT")
      expect(await used(store(), "locked")).toBe(1)
    })

    test("a cancelled statement was not applied", async () => {
      await using _ = await holderOf("cancelled")
      const call = outcome(store(), charge("c", "cancelled"))
      await untilWaiting()
      await trial.pool.query("SELECT pg_cancel_backend($1)", [await waiting()])
      expect(await call).toMatchObject({ _tag: "NotApplied", message: expect.stringContaining("cancelled") })
    })

    test("the role's statement_timeout: not applied", async () => {
      await using holder = await holderOf("timeout")
      await using pool = poolWith("-c statement_timeout=50ms")
      expect(await outcome(store({ pool }), charge("c", "timeout"))).toMatchObject({
        _tag: "NotApplied",
        message: expect.stringContaining("statement_timeout")
      })
      await holder.client.query("COMMIT")
      expect(await used(store(), "timeout")).toBe(1)
    })
  })

  // Of a driver that sends the next statement before the last answer: what it could not write may follow what was done.
  test("a system error whose code looks like one of the server's: unknown", async () => {
    const system = { code: "EPIPE", errno: -32, syscall: "write" }
    const broken = store({
      pool: undefined,
      driver: { query: () => Promise.reject(Object.assign(new Error("write EPIPE"), system)) }
    })
    expect(await outcome(broken, charge("c", "pipe"))).toMatchObject({ _tag: "OutcomeUnknown", reason: "write EPIPE" })
  })

  describe("READ COMMITTED, whatever the role's default", () => {
    for (const isolation of ["repeatable read", "serializable", "read uncommitted"])
      test(isolation, async () => {
        await using pool = poolWith(`-c default_transaction_isolation=${isolation.replaceAll(" ", "\\ ")}`)
        const own = store({ pool })
        const { rows } = await pool.query("SHOW default_transaction_isolation")
        expect(rows).toEqual([{ default_transaction_isolation: isolation }])
        for (const id of ["c", "d"]) expect(await tagOf(own, charge(id, isolation))).toBe("Charged")
        expect(await used(own, isolation)).toBe(2)
      })

    test("where the store has begun a transaction, an error leaves none behind", async () => {
      await using pool = poolWith("-c default_transaction_isolation=serializable", 1)
      await using holder = await holderOf("begun")
      const own = store({ pool })
      const call = tagOf(own, charge("c", "begun"))
      await untilWaiting()
      await trial.pool.query("SELECT pg_cancel_backend($1)", [await waiting()])
      expect(await call).toBe("NotApplied")
      await holder.client.query("COMMIT")
      expect(await tagOf(own, charge("c", "begun"))).toBe("Charged")
    })
  })

  describe("what somebody must change, by name", () => {
    test("a default of read-only transactions", async () => {
      await using pool = poolWith("-c default_transaction_read_only=on")
      expect(await outcome(store({ pool }), charge("c", "read-only"))).toMatchObject({
        _tag: "Misconfigured",
        message: expect.stringContaining("takes no writes")
      })
    })

    test("a role that may not, a database that is not there, no server", async () => {
      const role = `${schema}_role`
      await trial.pool.query(`CREATE ROLE ${role} LOGIN`)
      try {
        const of = (change: (url: URL) => void): string => {
          const other = new URL(url)
          change(other)
          return other.href
        }
        const refused: ReadonlyArray<readonly [string, string, string]> = [
          [of((url) => (url.username = role)), "Misconfigured", "permission denied"],
          [of((url) => (url.pathname = "/nowhere")), "Misconfigured", "no such database"],
          [of((url) => (url.port = "1")), "NotApplied", "no connection"]
        ]
        for (const [url, tag, message] of refused) {
          const own = postgresStore({ url, schema, callTimeoutMs: PATIENT_MS })
          expect(await outcome(own, charge("c", "a"))).toMatchObject({
            _tag: tag,
            message: expect.stringContaining(message)
          })
        }
      } finally {
        await trial.pool.query(`DROP ROLE ${role}`)
      }
    })
  })
})
