/**
 * The quota in the caller's own transactions: `node examples/postgres.ts postgres://localhost/test`
 *
 * A payment and its credit, a job and its reservation: both are there, or neither is.
 */
// #region setup
import { migrate, postgresStore, type Transaction } from "@tallystick/adapter-postgres"
import { createQuota, type Limit } from "@tallystick/core"
import * as Effect from "effect/Effect"
import { Pool } from "pg"

const url = process.argv[2] ?? "postgres://localhost:5432/postgres"
const pool = new Pool({ connectionString: url })

await migrate({ pool }) // or `tallystick migrate --store URL` when you deploy
const store = postgresStore({ pool })
const quota = createQuota({ store })
// #endregion

const user = `user:${process.pid}`
const credit: Limit = { account: `${user}:credit`, unit: "microusd" }
const budget: Limit = { account: `${user}:tokens`, unit: "tokens", limit: 50_000 }

// #region transaction
const transaction = async <A>(work: (tx: Transaction) => Promise<A>): Promise<A> => {
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
}
// #endregion

const tables = `example_${process.pid}`
await pool.query(`CREATE SCHEMA ${tables}`)
await pool.query(`CREATE TABLE ${tables}.payment (id text PRIMARY KEY, amount bigint NOT NULL)`)
await pool.query(`CREATE TABLE ${tables}.job (id text PRIMARY KEY, result text)`)

// #region payment
const pay = (paymentId: string, amount: number) =>
  transaction(async (tx) => {
    await tx.query(`INSERT INTO ${tables}.payment (id, amount) VALUES ($1, $2)`, [paymentId, String(amount)])
    await createQuota({ store: store.within(tx) }).addCredit({ ...credit, amount, paymentId })
  })
// #endregion

await quota.setLimit({ ...credit, limit: 0 })
const told = async (what: string, work: Promise<unknown>): Promise<void> => {
  const failed = await work.then(
    () => false,
    () => true
  )
  const { rows } = await pool.query<{ count: string }>(`SELECT count(*) FROM ${tables}.payment`)
  const [account] = await quota.usage([credit])
  console.log(`${what}${failed ? " failed" : ""}: ${rows[0]?.count} payments, credit ${account?.limit}`)
}
await told("a payment", pay("pi_1", 50_000))
await told("one that takes more than there is", pay("pi_2", -60_000))
await told("the same payment again", pay("pi_1", 50_000))

// #region job
// The job and its reservation are committed together; the model is called later, by whoever takes the job.
await transaction(async (tx) => {
  await tx.query(`INSERT INTO ${tables}.job (id) VALUES ($1)`, ["job 1"])
  const held = await createQuota({ store: store.within(tx) }).open({
    requestId: "job 1",
    limits: [budget],
    estimate: { tokens: 4_000 },
    ttlMs: 600_000 // until the worker takes it, since nobody renews it before
  })
  if (!held.granted) throw new Error(held.message)
})

const turn = await quota.resume({ requestId: "job 1", limits: [budget], estimate: { tokens: 4_000 } })
const reply = { text: "Because it scatters.", tokens: 2_900 } // of a model
turn.used({ tokens: reply.tokens }) // a worker that dies here is charged it

// The result and what it cost, together again.
await transaction(async (tx) => {
  await tx.query(`UPDATE ${tables}.job SET result = $2 WHERE id = $1`, ["job 1", reply.text])
  const used = { tokens: reply.tokens }
  await createQuota({ store: store.within(tx) }).finalize({ requestId: "job 1", limits: [budget], used })
})
await turn.finalize({ tokens: reply.tokens }) // the same ending: it debits nothing more, and stops the heartbeat
// #endregion

// #region sweep
// Once a minute, in any number of processes at once: what time has made unknown is collected.
while ((await Effect.runPromise(store.sweep(10_000))).more);
// #endregion

const [usage] = await quota.usage([budget])
console.log(`tokens: used ${usage?.used}, reserved ${usage?.reserved}`)
await pool.query(`DROP SCHEMA ${tables} CASCADE`)
await quota.close()
await pool.end()
