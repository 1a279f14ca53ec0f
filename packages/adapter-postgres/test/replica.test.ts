/**
 * A read replica is refused by name, for commands and for reads: what it says may be old.
 */
import { migrate, postgresStore } from "@tallystick/adapter-postgres"
import { createQuota } from "@tallystick/core"
import type { QuotaStore } from "@tallystick/core/store"
import { describeWith, ownPostgres, owned } from "@tallystick/test-servers"
import * as Effect from "effect/Effect"
import { Client } from "pg"
import { afterAll, expect, test } from "vitest"

import { charge, of, outcome, PATIENT_MS, tagOf } from "./support/calls.ts"
import { until } from "./support/until.ts"

const ask = async (url: string, text: string): Promise<unknown> => {
  const client = new Client({ connectionString: url })
  client.on("error", () => {})
  await client.connect()
  try {
    const { rows } = await client.query<Record<string, unknown>>(text)
    return Object.values(rows[0] ?? {})[0]
  } finally {
    await client.end()
  }
}

/** As the server's own user, in the folder of its data. */
const shell = (url: string, command: string) =>
  ask(url, `COPY (SELECT '') TO PROGRAM '${`cat > /dev/null; ${command}`.replaceAll("'", "''")}'`)

const untilStandby = (url: string) =>
  until("it is a standby", async () => (await ask(url, "SELECT pg_is_in_recovery()")) === true)

const expectRefused = async (store: QuotaStore): Promise<void> => {
  const refused = { _tag: "Misconfigured", message: expect.stringContaining("a read replica: connect to the primary") }
  expect(await outcome(store, charge("d", "a"))).toMatchObject(refused)
  for (const call of [store.usage([of("a")]), store.holds({ account: "a" }, { limit: 1 }), store.sweep(1)])
    expect(await Effect.runPromise(Effect.flip<unknown, unknown, never>(call))).toMatchObject(refused)
  // Through the front as well: nothing is tried again.
  const quota = createQuota({ store })
  await expect(quota.usage([{ account: "a", unit: "u", limit: 1 }])).rejects.toMatchObject(refused)
  await quota.close()
}

describeWith(await ownPostgres(), "a read replica", (server) => {
  afterAll(() => server.stop())
  const storeAt = (url: string) => postgresStore({ url, callTimeoutMs: PATIENT_MS })

  // One that streams from its primary. Both must run on this machine, as one user, to copy the one to the other.
  if (server.from.startsWith("binary"))
    test("that streams is misconfigured, whatever is asked of it", { timeout: 120_000 }, async () => {
      await migrate({ url: server.url })
      await using standby = owned(await ownPostgres())
      const data = String(await ask(standby.url, "SHOW data_directory"))
      await standby.kill()
      const programs = `$(dirname $(readlink -f ${server.from.replace("binary ", "")}))`
      const from = `-h 127.0.0.1 -p ${server.port} -U postgres`
      await shell(server.url, `rm -rf ${data}/* && ${programs}/pg_basebackup ${from} -D ${data} -R -X stream -c fast`)
      await standby.start()
      await untilStandby(standby.url)
      await until(
        "it streams",
        async () => (await ask(server.url, "SELECT state FROM pg_stat_replication")) === "streaming"
      )
      await expectRefused(storeAt(standby.url))
      const primary = storeAt(server.url)
      expect(await tagOf(primary, charge("s", "a"))).toBe("Charged")
      await Effect.runPromise(primary.close)
    })

  test("that was the primary is misconfigured, whatever is asked of it", { timeout: 120_000 }, async () => {
    await migrate({ url: server.url })
    const store = storeAt(server.url)
    expect(await tagOf(store, charge("c", "a"))).toBe("Charged")
    await ask(server.url, "CHECKPOINT")
    await shell(server.url, "touch standby.signal")
    await server.kill()
    await server.start()
    await untilStandby(server.url)
    // The first may still find the connection that died with the server.
    await outcome(store, charge("d", "a"))
    await expectRefused(store)
  })
})
