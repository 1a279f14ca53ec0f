/**
 * A read replica is refused by name, for commands and for reads: what it says may be old.
 */
import { migrate, postgresStore } from "@tallystick/adapter-postgres"
import { createQuota } from "@tallystick/core"
import { describeWith, ownPostgres } from "@tallystick/test-servers"
import * as Effect from "effect/Effect"
import { Client } from "pg"
import { afterAll, expect, test } from "vitest"

import { charge, of, outcome, PATIENT_MS, tagOf } from "./support/calls.ts"
import { until } from "./support/until.ts"

describeWith(await ownPostgres(), "a read replica", (server) => {
  afterAll(() => server.stop())

  const ask = async (text: string): Promise<ReadonlyArray<unknown>> => {
    const client = new Client({ connectionString: server.url })
    client.on("error", () => {})
    await client.connect()
    try {
      const { rows } = await client.query<Record<string, unknown>>(text)
      return rows.map((row) => Object.values(row)[0])
    } finally {
      await client.end()
    }
  }

  /** Makes it a standby from its next start on. The working folder of its programs is the folder of its data. */
  const turnIntoStandby = async (): Promise<void> => {
    await ask("COPY (SELECT '') TO PROGRAM 'cat > standby.signal'")
    await server.kill()
    await server.start()
    await until("it is a standby", async () => (await ask("SELECT pg_is_in_recovery()"))[0] === true)
  }

  test("is misconfigured, whatever is asked of it", async () => {
    const store = postgresStore({ url: server.url, callTimeoutMs: PATIENT_MS })
    await migrate({ url: server.url })
    expect(await tagOf(store, charge("c", "a"))).toBe("Charged")
    await ask("CHECKPOINT")
    await turnIntoStandby()
    // The first may still find the connection that died with the server.
    await outcome(store, charge("d", "a"))
    const refused = {
      _tag: "Misconfigured",
      message: expect.stringContaining("a read replica: connect to the primary")
    }
    expect(await outcome(store, charge("d", "a"))).toMatchObject(refused)
    for (const call of [store.usage([of("a")]), store.holds({ account: "a" }, { limit: 1 }), store.sweep(1)])
      expect(await Effect.runPromise(Effect.flip<unknown, unknown, never>(call))).toMatchObject(refused)
    // Through the front as well: nothing is tried again.
    const quota = createQuota({ store })
    await expect(quota.usage([{ account: "a", unit: "u", limit: 1 }])).rejects.toMatchObject(refused)
    await quota.close()
  })
})
