/**
 * Servers that are killed: what of the acknowledged is there, and the same calls again.
 */
import { migrate, postgresStore } from "@tallystick/adapter-postgres"
import type { QuotaStore } from "@tallystick/core/store"
import { describeWith, ownPostgres, type OwnServer } from "@tallystick/test-servers"
import * as Effect from "effect/Effect"
import { Client } from "pg"
import { afterAll, beforeAll, expect, test } from "vitest"

import { findLost, type Log, sendAgain, Writers } from "../../sim/faults/acknowledged.ts"
import { PATIENT_MS } from "../../sim/faults/cases.ts"
import { until } from "../../sim/faults/killed-client.ts"
import { auditText } from "./support/audit.ts"

const WRITTEN = 200

const using = async <A>(server: { readonly url: string }, act: (store: QuotaStore) => Promise<A>): Promise<A> => {
  const store = postgresStore({ url: server.url, callTimeoutMs: PATIENT_MS })
  try {
    return await act(store)
  } finally {
    await Effect.runPromise(store.close)
  }
}

/** So many are acknowledged, and the server is killed while more are under way. */
const writeUntilKilled = (server: OwnServer, writers: number): Promise<Log> =>
  using(server, async (store) => {
    const writing = new Writers(store)
    writing.start(writers)
    await until(() => writing.heard >= WRITTEN)
    await server.kill()
    const log = writing.stop()
    await server.start()
    return log
  })

/** What the tables say against themselves. */
const faultsOf = async ({ url }: { readonly url: string }): Promise<ReadonlyArray<unknown>> => {
  const client = new Client({ connectionString: url })
  await client.connect()
  const { rows } = await client.query(auditText("tallystick"))
  await client.end()
  return rows
}

describeWith(await ownPostgres(), "as Postgres is set up", (server) => {
  beforeAll(() => migrate({ url: server.url }))
  afterAll(() => server.stop())

  test("kill -9 and restart: nothing acknowledged is lost, and the same calls again make one effect each", async () => {
    const log = await writeUntilKilled(server, 8)
    expect(await faultsOf(server)).toEqual([])
    await using(server, async (store) => {
      expect((await findLost(store, log)).lost).toEqual([])
      await sendAgain(store, log)
    })
  })
})

describeWith(
  // The log is written when its buffers are full, or every ten seconds.
  await ownPostgres({ args: ["-c", "synchronous_commit=off", "-c", "wal_writer_delay=10s"] }),
  "synchronous_commit=off",
  (server) => {
    beforeAll(() => migrate({ url: server.url }))
    afterAll(() => server.stop())

    test("kill -9 and restart: the last calls are lost and no other, the sums and the ledger hold, and the same calls again make one effect each", async () => {
      const log = await writeUntilKilled(server, 1)
      expect(await faultsOf(server)).toEqual([])
      await using(server, async (store) => {
        const { isEnd, lost } = await findLost(store, log)
        expect(lost.length).toBeGreaterThan(0)
        expect(isEnd).toBe(true)
        await sendAgain(store, log)
      })
      expect(await faultsOf(server)).toEqual([])
    })
  }
)
