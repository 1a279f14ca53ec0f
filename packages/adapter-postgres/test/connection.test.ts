/**
 * Connections that break, swallow and come back: a call says what is true, by its deadline, and the next one works.
 */
import { postgresStore, type PostgresStoreOptions, trialSchema, type TrialSchema } from "@tallystick/adapter-postgres"
import type { QuotaStore } from "@tallystick/core/store"
import { Proxy } from "@tallystick/sim/proxy"
import { describeWith, ownPostgres, schemaName } from "@tallystick/test-servers"
import * as Effect from "effect/Effect"
import { Client, Pool } from "pg"
import { afterAll, beforeAll, expect, test } from "vitest"

import { charge, charged, outcome, PATIENT_MS, tagOf, used } from "./support/calls.ts"
import { relayThatHidesEnds } from "./support/relay.ts"
import { standStillUntil } from "./support/stand-still.ts"
import { until } from "./support/until.ts"

const schema = await schemaName()

describeWith(await ownPostgres(), "connections", (server) => {
  let trial: TrialSchema
  beforeAll(async () => {
    trial = await trialSchema(server.url, schema)
  })
  afterAll(() => server.stop())
  const direct = () => postgresStore({ pool: trial.pool, schema, callTimeoutMs: PATIENT_MS })

  const using = async (options: PostgresStoreOptions, use: (store: QuotaStore) => Promise<void>): Promise<void> => {
    const store = postgresStore({ schema, callTimeoutMs: PATIENT_MS, ...options })
    try {
      await use(store)
    } finally {
      await Effect.runPromise(store.close)
    }
  }

  const pidOf = async (query: string): Promise<number | undefined> => {
    const { rows } = await trial.pool.query<{ pid: number }>(
      `SELECT pid FROM pg_stat_activity WHERE application_name = 'victim' AND ${query}`
    )
    return rows[0]?.pid
  }

  test("killed in the middle of a call: unknown, not done, and the same call again does it", () =>
    using({ url: server.url, options: { application_name: "victim" } }, async (store) => {
      await tagOf(store, charge("first", "killed"))
      const holder = new Client({ connectionString: server.url })
      await holder.connect()
      await holder.query("BEGIN")
      await holder.query(`SELECT 1 FROM ${schema}.account WHERE account = 'killed' FOR UPDATE`)
      const call = outcome(store, charge("c", "killed"))
      await until("it waits", async () => (await pidOf("wait_event_type = 'Lock'")) !== undefined)
      await trial.pool.query("SELECT pg_terminate_backend($1)", [await pidOf("wait_event_type = 'Lock'")])
      expect(await call).toMatchObject({ _tag: "OutcomeUnknown" })
      await holder.end()
      expect(await used(direct(), "killed")).toBe(1)
      expect(await outcome(store, charge("c", "killed"))).toMatchObject({ _tag: "Charged", replayed: false })
    }))

  test("killed, and its end comes later than its last words: it serves nobody else", async () => {
    await using relay = await relayThatHidesEnds(server.url)
    await using({ url: relay.url, options: { application_name: "victim", max: 1 } }, async (store) => {
      await tagOf(store, charge("first", "last words"))
      const holder = new Client({ connectionString: server.url })
      await holder.connect()
      await holder.query("BEGIN")
      await holder.query(`SELECT 1 FROM ${schema}.account WHERE account = 'last words' FOR UPDATE`)
      const call = outcome(store, charge("c", "last words"))
      await until("it waits", async () => (await pidOf("wait_event_type = 'Lock'")) !== undefined)
      await trial.pool.query("SELECT pg_terminate_backend($1)", [await pidOf("wait_event_type = 'Lock'")])
      expect(await call).toMatchObject({ _tag: "OutcomeUnknown", reason: expect.stringContaining("terminating") })
      await holder.end()
      expect(await outcome(store, charge("c", "last words"))).toMatchObject({ _tag: "Charged", replayed: false })
    })
  })

  test("killed while nobody uses it: another one takes its place", async () => {
    const pool = new Pool({ connectionString: server.url, application_name: "victim", max: 1 })
    const gone = new Promise((resolve) => pool.once("error", resolve))
    await using({ pool }, async (store) => {
      expect(await tagOf(store, charge("c", "idle"))).toBe("Charged")
      await trial.pool.query("SELECT pg_terminate_backend($1)", [await pidOf("state = 'idle'")])
      await gone
      expect(await tagOf(store, charge("d", "idle"))).toBe("Charged")
    })
    await pool.end()
  })

  test("the pool's own query_timeout: unknown, and a connection that may still answer serves nobody else", async () => {
    const pool = new Pool({ connectionString: server.url, application_name: "victim", max: 1, query_timeout: 1_000 })
    await using({ pool }, async (store) => {
      await charged(store, charge("first", "timeout"))
      const before = await pidOf("state = 'idle'")
      const holder = new Client({ connectionString: server.url })
      await holder.connect()
      await holder.query("BEGIN")
      await holder.query(`SELECT 1 FROM ${schema}.account WHERE account = 'timeout' FOR UPDATE`)
      expect(await outcome(store, charge("c", "timeout"))).toMatchObject({ _tag: "OutcomeUnknown" })
      await holder.end()
      await charged(store, charge("c", "timeout"))
      expect(await pidOf(`state = 'idle' AND pid <> ${before}`)).toBeDefined()
      expect(await used(direct(), "timeout")).toBe(2)
    })
    await pool.end()
  })

  test("a socket that swallows all: unknown by the deadline; its connection serves nobody else, and the next call works", async () => {
    await using proxy = await Proxy.before(server.url)
    await using({ url: proxy.url, callTimeoutMs: 1_000, options: { max: 1 } }, async (store) => {
      await charged(store, charge("first", "swallowed"))
      const before = proxy.connections
      proxy.decide = () => "swallow"
      expect(await outcome(store, charge("c", "swallowed"))).toMatchObject({
        _tag: "OutcomeUnknown",
        reason: "no answer within 1000 ms"
      })
      proxy.decide = () => "forward"
      await charged(store, charge("c", "swallowed"))
      expect(proxy.connections).toBeGreaterThan(before)
      expect(await used(direct(), "swallowed")).toBe(2)
    })
  })

  test("a process that stood still beyond its deadlines hears what was answered meanwhile", () =>
    using({ url: server.url, callTimeoutMs: 1_000 }, async (store) => {
      // The connection is there, and the function has been run once.
      await charged(store, charge("first", "stood still"))
      const calls = ["c", "d", "e"].map((id) => tagOf(store, charge(id, "stood still")))
      await new Promise((resolve) => setImmediate(resolve))
      standStillUntil({ url: server.url, schema }, "stood still", 2, 1_100)
      // Those that waited had not left.
      expect(await Promise.all(calls)).toEqual(["Charged", "NotApplied", "NotApplied"])
    }))

  test("a server that lets nobody in: not applied by the deadline", async () => {
    await using proxy = await Proxy.before(server.url)
    proxy.decide = () => "swallow"
    await using({ url: proxy.url, callTimeoutMs: 200 }, async (store) =>
      expect(await outcome(store, charge("c", "shut"))).toMatchObject({
        _tag: "NotApplied",
        message: expect.stringContaining("no connection to Postgres")
      })
    )
  })

  test("no connection left on the server: not applied", async () => {
    const pool = new Pool({ connectionString: server.url, max: 400 })
    const taken = await Promise.allSettled(Array.from({ length: 250 }, () => pool.connect()))
    try {
      await using({ url: server.url.replace("postgres:postgres@", "guest@") }, async (store) =>
        expect(await outcome(store, charge("c", "full"))).toMatchObject({
          _tag: "NotApplied",
          message: expect.stringContaining("no connection left")
        })
      )
    } finally {
      for (const client of taken) if (client.status === "fulfilled") client.value.release(true)
      await pool.end()
    }
  })

  // Its own deadline is far away: only the abort can give the connection up in time.
  test("an aborted call gives its connection up, and the next one works", () =>
    using(
      { url: server.url, callTimeoutMs: 86_400_000, options: { application_name: "victim", max: 1 } },
      async (store) => {
        await tagOf(store, charge("first", "aborted"))
        const holder = new Client({ connectionString: server.url })
        await holder.connect()
        await holder.query("BEGIN")
        await holder.query(`SELECT 1 FROM ${schema}.account WHERE account = 'aborted' FOR UPDATE`)
        const controller = new AbortController()
        const call = Effect.runPromiseExit(store.execute([charge("c", "aborted")]), { signal: controller.signal })
        await until("it waits", async () => (await pidOf("wait_event_type = 'Lock'")) !== undefined)
        controller.abort()
        expect(await call).toMatchObject({ _tag: "Failure" })
        expect(await tagOf(store, charge("d", "other"))).toBe("Charged")
        await holder.end()
      }
    ))

  // The last: it ends all connections.
  test("a restart of the server: calls fail while it is away, none is lost, and the next one works", () =>
    using({ url: server.url }, async (store) => {
      expect(await tagOf(store, charge("before", "restart"))).toBe("Charged")
      await server.kill()
      expect(["NotApplied", "OutcomeUnknown"]).toContain(await tagOf(store, charge("during", "restart")))
      expect(await tagOf(store, charge("during", "restart"))).toBe("NotApplied")
      await server.start()
      for (const id of ["before", "during", "after"])
        expect(await outcome(store, charge(id, "restart"))).toMatchObject({
          _tag: "Charged",
          replayed: id === "before"
        })
      expect(await used(store, "restart")).toBe(3)
    }))
})
