/**
 * The store inside somebody's transaction: of pg's, of Drizzle's, of Kysely's. What is rolled back never happened, what is committed did, and a transaction
 * that fails says so.
 */
import {
  postgresStore,
  type PostgresStore,
  type Transaction,
  trialSchema,
  type TrialSchema
} from "@tallystick/adapter-postgres"
import { createQuota } from "@tallystick/core"
import { readCommand } from "@tallystick/core/machine"
import { describeWith, postgresServer, schemaName } from "@tallystick/test-servers"
import { drizzle } from "drizzle-orm/node-postgres"
import * as Effect from "effect/Effect"
import { Kysely, PostgresDialect } from "kysely"
import { Pool } from "pg"
import { afterAll, beforeAll, describe, expect, test } from "vitest"

import { charge, of, outcome, PATIENT_MS, tagOf, used } from "./support/calls.ts"
import { ofDrizzle, ofKysely } from "./support/query-builders.ts"

const schema = await schemaName()
const orders = `${schema}_orders`

/** Gives what `work` gives, or rejects with what it throws, having committed or rolled back. */
type InTransaction = <A>(work: (tx: Transaction) => Promise<A>) => Promise<A>

/** The ways to a transaction, as people write them. */
const ways = (pool: Pool): Readonly<Record<string, InTransaction>> => {
  const db = drizzle(pool)
  const kysely = new Kysely<object>({ dialect: new PostgresDialect({ pool }) })
  return {
    pg: async (work) => {
      const client = await pool.connect()
      try {
        await client.query("BEGIN")
        const result = await work(client)
        await client.query("COMMIT")
        return result
      } catch (error) {
        await client.query("ROLLBACK")
        throw error
      } finally {
        client.release()
      }
    },
    Drizzle: (work) => db.transaction((tx) => work(ofDrizzle(tx))),
    Kysely: (work) => kysely.transaction().execute((trx) => work(ofKysely(trx)))
  }
}

class Oops extends Error {}

describeWith(await postgresServer(), "within a transaction", ({ url }) => {
  let trial: TrialSchema
  let store: PostgresStore
  let pool: Pool
  beforeAll(async () => {
    trial = await trialSchema(url, schema)
    pool = new Pool({ connectionString: url, max: 4 })
    store = postgresStore({ pool: trial.pool, schema, callTimeoutMs: PATIENT_MS })
    await pool.query(`CREATE TABLE ${orders} (id text)`)
  })
  afterAll(async () => {
    await pool.query(`DROP TABLE ${orders}`)
    await pool.end()
    await trial.remove()
  })
  const insert = (tx: Transaction, id: string) => tx.query(`INSERT INTO ${orders} VALUES ($1)`, [id])
  const ordered = async (id: string) => (await pool.query(`SELECT 1 FROM ${orders} WHERE id = $1`, [id])).rowCount

  test("a lookup beside a change: what it has read of other accounts stays until that change is seen by all", async () => {
    await outcome(store, charge("before", "looked 2"))
    const hasty = postgresStore({ pool: trial.pool, schema, callTimeoutMs: 500 })
    const lookup = readCommand({ kind: "lookup", id: "c", legs: [of("looked 1"), of("looked 2")] })
    await ways(pool)["pg"]!(async (tx) => {
      await Effect.runPromise(store.within(tx).execute([charge("c", "looked 1"), lookup]))
      expect(await tagOf(hasty, charge("after", "looked 2"))).toBe("NotApplied")
    })
    expect(await tagOf(store, charge("after", "looked 2"))).toBe("Charged")
  })

  for (const name of ["pg", "Drizzle", "Kysely"])
    describe(name, () => {
      const within: InTransaction = (work) => ways(pool)[name]!(work)

      test("what is committed did happen, together with the caller's rows", async () => {
        const answer = await within(async (tx) => {
          await insert(tx, `${name} 1`)
          const inTx = store.within(tx)
          expect(await tagOf(inTx, charge("c", `${name} 1`, 3))).toBe("Charged")
          // Nobody else sees it before.
          expect(await used(store, `${name} 1`)).toBe(0)
          expect(await used(inTx, `${name} 1`)).toBe(3)
          return "done"
        })
        expect(answer).toBe("done")
        expect(await used(store, `${name} 1`)).toBe(3)
        expect(await ordered(`${name} 1`)).toBe(1)
        expect(await outcome(store, charge("c", `${name} 1`, 3))).toMatchObject({ _tag: "Charged", replayed: true })
      })

      test("what is rolled back never happened", async () => {
        const attempt = within(async (tx) => {
          await insert(tx, `${name} 2`)
          expect(await tagOf(store.within(tx), charge("c", `${name} 2`, 3))).toBe("Charged")
          throw new Oops()
        })
        await expect(attempt).rejects.toThrow(Oops)
        expect(await used(store, `${name} 2`)).toBe(0)
        expect(await ordered(`${name} 2`)).toBe(0)
        expect(await outcome(store, charge("c", `${name} 2`, 3))).toMatchObject({ _tag: "Charged", replayed: false })
      })

      test("another isolation is told by name, and nothing happens", async () => {
        for (const isolation of ["REPEATABLE READ", "SERIALIZABLE"]) {
          let seen: unknown
          const attempt = within(async (tx) => {
            await tx.query(`SET TRANSACTION ISOLATION LEVEL ${isolation}`, [])
            seen = await outcome(store.within(tx), charge("c", `${name} 3`))
            throw new Oops()
          })
          await expect(attempt).rejects.toThrow(Oops)
          expect(seen).toMatchObject({
            _tag: "Misconfigured",
            message: expect.stringMatching(new RegExp(`READ COMMITTED.*${isolation}.*roll it back`, "i"))
          })
        }
        expect(await used(store, `${name} 3`)).toBe(0)
      })

      test("after an error the transaction has failed as a whole, and each call says so", async () => {
        const attempt = within(async (tx) => {
          await insert(tx, `${name} 4`)
          const inTx = store.within(tx)
          expect(await tagOf(inTx, charge("c", `${name} 4`, 3))).toBe("Charged")
          await Promise.resolve(tx.query("SELECT 1 / 0", [])).catch(() => {})
          const failed = { _tag: "NotApplied", message: expect.stringContaining("failed as a whole: roll it back") }
          expect(await outcome(inTx, charge("d", `${name} 4`, 3))).toMatchObject(failed)
          expect(await outcome(inTx, charge("e", `${name} 4`, 3))).toMatchObject(failed)
          throw new Oops()
        })
        await expect(attempt).rejects.toThrow(Oops)
        expect(await used(store, `${name} 4`)).toBe(0)
        expect(await ordered(`${name} 4`)).toBe(0)
      })
    })

  const inPg: InTransaction = (work) => ways(pool)["pg"]!(work)

  test("a pool, or a client that has not begun, is told by name, and nothing happens", async () => {
    const client = await pool.connect()
    for (const none of [pool, client])
      expect(await outcome(store.within(none), charge("c", "none"))).toMatchObject({
        _tag: "Misconfigured",
        message: expect.stringContaining("no transaction")
      })
    client.release()
    expect(await used(store, "none")).toBe(0)
  })

  test("a read-only transaction is told by name", async () => {
    const seen = await inPg(async (tx) => {
      await tx.query("SET TRANSACTION READ ONLY", [])
      return outcome(store.within(tx), charge("c", "read-only"))
    })
    expect(seen).toMatchObject({ _tag: "Misconfigured" })
  })

  test("calls made at once take turns, and ask once whether there is a transaction", async () => {
    let underWay = 0
    let most = 0
    let statements = 0
    const tags = await inPg((tx) => {
      const inTx = store.within({
        query: async (text, values) => {
          statements++
          most = Math.max(most, ++underWay)
          try {
            return await tx.query(text, values)
          } finally {
            underWay--
          }
        }
      })
      return Promise.all(["c", "d", "e"].map((id) => tagOf(inTx, charge(id, "turns"))))
    })
    expect(tags).toEqual(["Charged", "Charged", "Charged"])
    expect([most, statements]).toEqual([1, 4])
    expect(await used(store, "turns")).toBe(3)
  })

  test("a row that another transaction holds: not applied, before the deadline", async () => {
    const hasty = postgresStore({ pool: trial.pool, schema, callTimeoutMs: 2_000 })
    await tagOf(store, charge("first", "held"))
    await inPg(async (holder) => {
      await tagOf(store.within(holder), charge("c", "held"))
      const attempt = await inPg(async (tx) => outcome(hasty.within(tx), charge("d", "held")))
      expect(attempt).toMatchObject({ _tag: "NotApplied", message: expect.stringContaining("locked by others") })
    })
    expect(await used(store, "held")).toBe(2)
  })

  test("a statement of the caller's that is under way: not applied by the deadline, and the transaction is given up", async () => {
    const hasty = postgresStore({ pool: trial.pool, schema, callTimeoutMs: 50 })
    const client = await pool.connect()
    await client.query("BEGIN")
    const inTx = hasty.within({ query: (text, values) => client.query(text, values) })
    const slow = client.query("SELECT pg_sleep(0.3)")
    expect(await outcome(inTx, charge("c", "busy"))).toMatchObject({ _tag: "NotApplied" })
    expect(await outcome(inTx, charge("d", "busy"))).toMatchObject({
      _tag: "NotApplied",
      message: expect.stringContaining("roll it back")
    })
    await slow
    await client.query("ROLLBACK")
    client.release()
    expect(await used(store, "busy")).toBe(0)
  })

  test("a call whose statement is under way at its deadline, or is aborted: the outcome is the commit's", async () => {
    for (const gives of ["deadline", "abort"]) {
      const answers = Promise.withResolvers<{ rows: [] }>()
      let sent = 0
      // The lock is had; the call itself gets no answer.
      const query = () => (sent++ === 0 ? Promise.resolve({ rows: [] }) : answers.promise)
      const timed = postgresStore({ pool: trial.pool, schema, callTimeoutMs: gives === "deadline" ? 30 : 20_000 })
      const inTx = timed.within({ query })
      const controller = new AbortController()
      const call = Effect.runPromiseExit(inTx.execute([charge("c", "never")]), { signal: controller.signal })
      if (gives === "abort") {
        await expect.poll(() => sent).toBe(2)
        controller.abort()
      }
      expect(JSON.stringify(await call)).toContain(gives === "deadline" ? "OutcomeUnknown" : "Interrupt")
      expect(await outcome(inTx, charge("d", "never"))).toMatchObject({ _tag: "NotApplied" })
      expect(sent).toBe(2)
    }
  })

  test("a connection that died: told so, and nothing happened, since nobody can commit it", async () => {
    const client = await pool.connect()
    client.on("error", () => {})
    await client.query("BEGIN")
    const inTx = store.within(client)
    expect(await tagOf(inTx, charge("c", "dead"))).toBe("Charged")
    const { rows } = await client.query<{ pid: number }>("SELECT pg_backend_pid() AS pid")
    const ended = new Promise((resolve) => client.once("end", resolve))
    await pool.query("SELECT pg_terminate_backend($1)", [rows[0]!.pid])
    await ended
    expect(await outcome(inTx, charge("d", "dead"))).toMatchObject({
      _tag: "OutcomeUnknown",
      message: expect.stringContaining("roll it back")
    })
    client.release(true)
    expect(await used(store, "dead")).toBe(0)
  })

  test("wrong input costs nothing: the transaction goes on", async () => {
    await inPg(async (tx) => {
      const inTx = store.within(tx)
      const wrong = { kind: "charge", id: "", legs: [{ ...of("input"), amount: 1 }] } as const
      expect(await tagOf(inTx, wrong)).toBe("InvalidInput")
      expect(await tagOf(inTx, charge("c", "input"))).toBe("Charged")
    })
    expect(await used(store, "input")).toBe(1)
  })

  test("a quota over it: a reservation that is opened with an order and resumed behind the commit", async () => {
    const limit = { account: "quota", unit: "tokens", limit: 10_000 }
    const handle = await inPg(async (tx) => {
      await insert(tx, "quota")
      const turn = await createQuota({ store: store.within(tx) }).open({ limits: [limit], estimate: { tokens: 4_000 } })
      if (!turn.granted) throw new Error(turn.message)
      return turn.handle()
    })
    const quota = createQuota({ store, closesStore: false })
    await using turn = await quota.resume(handle)
    turn.used({ tokens: 1_200 })
    await turn.finalize()
    expect(await quota.usage([limit])).toMatchObject([{ used: 1_200, reserved: 0 }])
  })
})
