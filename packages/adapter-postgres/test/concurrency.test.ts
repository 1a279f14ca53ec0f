/**
 * Eight processes reserve, grow and end over the same six accounts, four each time, in orders of their own; meanwhile one reads the tables, and three sweep
 * away what is old. No deadlock, at no instant a part of a reservation, and in the end exactly what the processes were told.
 *
 * 1,000 commands; as many as TALLYSTICK_CONCURRENT_COMMANDS says, of the seed in TALLYSTICK_SEED.
 */
import { migrate, postgresStore } from "@tallystick/adapter-postgres"
import { readCommand } from "@tallystick/core/machine"
import type { SweepReport } from "@tallystick/core/store"
import { describeWith, postgresServer, schemaName } from "@tallystick/test-servers"
import * as Effect from "effect/Effect"
import { spawn } from "node:child_process"
import { text } from "node:stream/consumers"
import { fileURLToPath } from "node:url"
import { Pool } from "pg"
import { expect, test } from "vitest"

import { runAt } from "./at.ts"
import { auditText } from "./support/audit.ts"
import { accountsOf, LEGS } from "./support/traffic.ts"
import type { Told } from "./support/traffic.ts"

const PROCESSES = 8
const commands = Number(process.env["TALLYSTICK_CONCURRENT_COMMANDS"] ?? 1_000)
const seed = Number(process.env["TALLYSTICK_SEED"] ?? Math.floor(Math.random() * 2 ** 31))

/** I5: all legs of an id are there, and what befell one befell all. I1: a limit holds at every instant. */
const partsText = (schema: string): string => `
SELECT format('%s: %s legs, states %s', id, count(*), string_agg(DISTINCT state, ' ')) AS fault
  FROM ${schema}.entry WHERE id NOT LIKE 'old%' GROUP BY id HAVING count(*) <> ${LEGS} OR count(DISTINCT state) <> 1 OR count(DISTINCT accounts) <> 1
UNION ALL
SELECT format('%s has used %s and holds %s', account, used, reserved)
  FROM ${schema}.account WHERE used + reserved > CASE account ${limitsText()} END`

const limitsText = (): string =>
  accountsOf()
    .filter(({ limit }) => limit !== null)
    .map(({ account, limit }) => `WHEN '${account}' THEN ${limit}`)
    .join(" ")

/** Two days ago: endings on the accounts of the others, and accounts that nobody used again. */
const OLD = 240
const makeOld = async (pool: Pool): Promise<void> => {
  const store = postgresStore({ pool, clock: "caller", batch: false })
  const commands = Array.from({ length: OLD }, (_, at) => {
    const forgotten = { account: `old${at}`, window: { kind: "none" }, unit: "u", limit: null }
    return readCommand({ kind: "release", id: `old${at}`, legs: [...accountsOf(), forgotten] })
  })
  // Sweep needs no more than that their retention and an hour have passed.
  await runAt(Date.now() - 30 * 86_400_000, store.execute(commands))
}

const sweepUntil = async (pool: Pool, done: AbortSignal): Promise<SweepReport> => {
  const store = postgresStore({ pool })
  const sum = { entries: 0, accounts: 0, more: false }
  for (;;) {
    const report = await Effect.runPromise(store.sweep(20))
    sum.entries += report.entries
    sum.accounts += report.accounts
    if (done.aborted && !report.more) return sum
  }
}

const callerFile = fileURLToPath(new URL("support/caller.ts", import.meta.url))

/** Killed when `signal` says that enough has been seen. */
const runCaller = async (url: string, schema: string, number: number, signal: AbortSignal): Promise<Told> => {
  const share = String(Math.ceil(commands / PROCESSES))
  const child = spawn(process.execPath, [callerFile, url, schema, String(seed), String(number), share], {
    stdio: ["ignore", "pipe", "pipe"],
    signal,
    killSignal: "SIGKILL"
  })
  child.on("error", () => {})
  const [out, err] = await Promise.all([text(child.stdout), text(child.stderr)])
  if (out !== "") return JSON.parse(out) as Told
  if (signal.aborted) return { debited: {}, tags: {}, failures: [] }
  throw new Error(`process ${number} told nothing: ${err}`)
}

const total = (numbers: ReadonlyArray<number>): number => numbers.reduce((sum, number) => sum + number, 0)

describeWith(await postgresServer(), "many processes", ({ url }) => {
  test(`${commands} commands of ${PROCESSES} processes (seed ${seed})`, { timeout: 600_000 }, async () => {
    // A database of its own, so that the deadlocks which the server counts are this test's: the store would make the call again, and hide them.
    const name = `concurrency_${await schemaName()}`
    const admin = new Pool({ connectionString: url, max: 1 })
    await admin.query(`CREATE DATABASE ${name}`)
    // Looked for as soon as somebody waits: a second of each, as by default, would make a failure long.
    await admin.query(`ALTER DATABASE ${name} SET deadlock_timeout = '10ms'`)
    const own = new URL(url)
    own.pathname = name
    const pool = new Pool({ connectionString: own.href, max: 5 })
    await migrate({ pool })
    await makeOld(pool)
    const faults = async (text: string): Promise<ReadonlyArray<string>> =>
      (await pool.query<{ fault: string }>(text)).rows.map(({ fault }) => fault)

    const done = new AbortController()
    const enough = new AbortController()
    const callers = Promise.all(
      Array.from({ length: PROCESSES }, (_, number) => runCaller(own.href, "tallystick", number, enough.signal))
    ).finally(() => done.abort())
    const deadlocks = `SELECT deadlocks || ' deadlocks' AS fault FROM pg_stat_database WHERE datname = '${name}' AND deadlocks > 0`
    let readings = 0
    const watch = async (): Promise<ReadonlyArray<string>> => {
      for (; !done.signal.aborted; readings++) {
        const seen = await faults([auditText("tallystick"), partsText("tallystick"), deadlocks].join(" UNION ALL "))
        if (seen.length > 0) {
          enough.abort()
          return seen.slice(0, 10)
        }
      }
      return []
    }
    const sweepers = Promise.all([1, 2, 3].map(() => sweepUntil(pool, done.signal)))
    const [told, seen, swept] = await Promise.all([callers, watch(), sweepers])

    expect(seen).toEqual([])
    expect(told.flatMap(({ failures }) => failures)).toEqual([])
    expect(readings).toBeGreaterThan(0)

    // All that is old, each row by one of them, and nothing else.
    expect(total(swept.map(({ entries }) => entries))).toBe(OLD * (accountsOf().length + 1))
    // The six may go as well, before the first command makes them anew.
    expect(total(swept.map(({ accounts }) => accounts)) - OLD).toBeOneOf([0, 1, 2, 3, 4, 5, 6])
    expect(await faults(`SELECT id AS fault FROM tallystick.entry WHERE id LIKE 'old%'`)).toEqual([])

    // What was abandoned falls due within two seconds.
    const store = postgresStore({ pool })
    const usage = () => Effect.runPromise(store.usage(accountsOf()))
    await expect.poll(async () => total((await usage()).map(({ reserved }) => reserved)), { timeout: 30_000 }).toBe(0)
    const used = Object.fromEntries((await usage()).map((answer, at) => [accountsOf()[at]!.account, answer.used]))
    const owed = accountsOf().map(({ account }) => [account, total(told.map(({ debited }) => debited[account] ?? 0))])
    expect(used).toEqual(Object.fromEntries(owed))
    expect(await faults(auditText("tallystick"))).toEqual([])
    expect(await faults(deadlocks)).toEqual([])
    const tags = Object.entries(
      Object.groupBy(
        told.flatMap(({ tags }) => Object.entries(tags)),
        ([tag]) => tag
      )
    ).map(([tag, counts]) => [tag, total(counts!.map(([, count]) => count))] as const)
    for (const tag of [
      "reserve Granted",
      "reserve Denied",
      "extend Extended",
      "finalize Finalized",
      "release Released"
    ])
      expect(Object.fromEntries(tags)[tag], tag).toBeGreaterThan(0)
    if (process.env["TALLYSTICK_TEST_TELL"]) console.log({ seed, readings, tags: Object.fromEntries(tags), used })

    await pool.end()
    // The pool has ended before its connections have: to drop the database under one would end it with an error that nobody listens for.
    const open = `SELECT FROM pg_stat_activity WHERE datname = '${name}' AND backend_type = 'client backend'`
    await expect.poll(async () => (await admin.query(open)).rowCount, { timeout: 30_000 }).toBe(0)
    await admin.query(`DROP DATABASE ${name} WITH (FORCE)`)
    await admin.end()
  })
})
