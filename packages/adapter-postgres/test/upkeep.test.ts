/**
 * What operators use, and what is told when the pool has no connection left.
 */
import { postgresStore, trialSchema, type TrialSchema } from "@tallystick/adapter-postgres"
import { readCommand } from "@tallystick/core/machine"
import type { QuotaStore } from "@tallystick/core/store"
import { describeWith, postgresServer, schemaName } from "@tallystick/test-servers"
import * as Effect from "effect/Effect"
import { Pool } from "pg"
import { afterAll, beforeAll, expect, test } from "vitest"

import { runAt } from "./at.ts"
import { PATIENT_MS } from "./support/calls.ts"

const START_MS = 1_700_000_000_000
const leg = (account: string) => ({ account, unit: "u", limit: 10, amount: 1, settle: "none" })
const reserve = (id: string, account: string) =>
  readCommand({ kind: "reserve", id, ttlMs: 1_000, legs: [leg(account)] })

const name = await schemaName()

describeWith(await postgresServer(), "upkeep", ({ url }) => {
  let trial: TrialSchema
  let store: QuotaStore
  beforeAll(async () => {
    trial = await trialSchema(url, name)
    store = postgresStore({ pool: trial.pool, schema: name, clock: "caller", callTimeoutMs: PATIENT_MS })
  })
  afterAll(() => trial.remove())

  test("forgotten accounts are swept, also behind a thousand that live", async () => {
    const names = Array.from({ length: 1_600 }, (_, at) => `n${String(at).padStart(4, "0")}`)
    const later = START_MS + 30 * 86_400_000
    const touch = (from: number, to: number, nowMs: number) =>
      runAt(nowMs, store.execute(names.slice(from, to).map((name) => reserve(`r${nowMs}`, name))))
    await touch(1_500, 1_600, START_MS)
    for (const from of [0, 500, 1_000]) await touch(from, from + 500, later)
    let accounts = 0
    let calls = 0
    let more = true
    while (more && calls++ < 20) {
      const report = await runAt(later + 1_000, store.sweep(100))
      accounts += report.accounts
      more = report.more
      expect(Object.keys(report).toSorted()).toEqual(["accounts", "entries", "more"])
    }
    expect(accounts).toBe(100)
    expect(more).toBe(false)
  }, 60_000)

  test("a page of holds goes on behind any id", async () => {
    const ids = ["$&", "$1", "a\\b", 'q"q', "z"]
    await runAt(START_MS, store.execute(ids.map((id) => reserve(id, "odd"))))
    const seen: Array<string> = []
    let after: string | undefined
    do {
      const page = await runAt(START_MS, store.holds({ account: "odd" }, { limit: 1, after }))
      seen.push(...page.items.map(({ id }) => id))
      after = page.next ?? undefined
    } while (after !== undefined)
    expect(seen).toEqual(ids.toSorted())
  })

  test("a denied growth is told the deadline from before its renewal", async () => {
    const own = { account: "grown", unit: "u", limit: 10 }
    const commands = [
      { kind: "charge", id: "c", legs: [{ ...own, amount: 1 }] },
      { kind: "reserve", id: "g", ttlMs: 1_000, legs: [{ ...own, amount: 4 }] },
      { kind: "reserve", id: "other", ttlMs: 60_000, legs: [{ ...own, amount: 4 }] },
      { kind: "extend", id: "g", ttlMs: 9_000, legs: [{ ...own, total: 9 }] }
    ]
    const answers = await runAt(START_MS, store.execute(commands.map(readCommand)))
    expect(answers[3]).toMatchObject({ grown: false, denial: { retryInMs: 1_000 }, legs: [{ expiresInMs: 9_000 }] })
  })

  test("a call that waits for the pool in vain was not applied", async () => {
    const small = new Pool({ connectionString: url, max: 1 })
    const busy = await small.connect()
    const waiting = postgresStore({ pool: small, schema: name, callTimeoutMs: 300 })
    const error = await Effect.runPromise(Effect.flip(waiting.execute([reserve("w", "pool")])))
    expect(error._tag).toBe("NotApplied")
    busy.release()
    const [answer] = await Effect.runPromise(waiting.execute([reserve("w", "pool")]))
    expect(answer).toMatchObject({ _tag: "Granted", replayed: false })
    await small.end()
  })
})
