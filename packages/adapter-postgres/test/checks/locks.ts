/**
 * Locks, the clock behind them, and what a call must be sure of first.
 */
import { readCommand } from "@tallystick/core/machine"
import * as Effect from "effect/Effect"
import type { PoolClient } from "pg"

import { postgresStore } from "../../src/index.ts"
import { until } from "../support/until.ts"
import { charge, execute, leg, release, rowsOf, same, settings, sound, START_MS } from "./bench.ts"
import { refusalsOf } from "./refusals.ts"
import type { Bench, Check } from "./check.ts"

const one = (account: string) => leg(account, { amount: 1 })

/** Calls by the server's clock. */
const call = ({ pool, schema }: Bench, ...commands: ReadonlyArray<object>) =>
  Effect.runPromise(
    postgresStore({ pool, schema, batch: false, callTimeoutMs: 2_000, ...settings }).execute(
      commands.map((command) => readCommand(command))
    )
  )

/** While somebody holds the account's row. */
const whileLocked = async <A>(bench: Bench, account: string, act: (client: PoolClient) => Promise<A>): Promise<A> => {
  const client = await bench.pool.connect()
  try {
    await client.query("BEGIN")
    await client.query(`SELECT FROM ${bench.schema}.account WHERE account = $1 FOR NO KEY UPDATE`, [account])
    return await act(client)
  } finally {
    await client.query("COMMIT")
    client.release()
  }
}

const someoneWaits = async (bench: Bench): Promise<boolean> =>
  (
    await rowsOf(
      bench,
      "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%execute%'"
    )
  ).length > 0

export const lockChecks: ReadonlyArray<Check> = [
  ...[["a"], ["b"], ["a", "new"], ["new", "b"]].map((accounts): Check => ({
    name: `a call on ${accounts.join(" and ")} waits for who holds a row of it, and takes its time when it has it`,
    run: async (bench) => {
      await execute(bench, START_MS, charge("c", one("a")), charge("c", one("b")))
      const locked = accounts.find((account) => account !== "new")!
      let releasedMs = 0
      let calling: Promise<unknown> = Promise.resolve()
      await whileLocked(bench, locked, async () => {
        calling = call(bench, charge("d", ...accounts.map(one)))
        let isOver = false
        const end = (): void => void (isOver = true)
        calling.then(end, end)
        await until("a call that waits", async () => isOver || (await someoneWaits(bench)))
        if (isOver) throw new Error("it did not wait")
        releasedMs = Number(
          (await rowsOf(bench, "SELECT ceil(extract(epoch FROM clock_timestamp()) * 1000)::bigint"))[0]![0]
        )
      })
      await calling
      const rows = await rowsOf(bench, `SELECT created_ms FROM {schema}.entry WHERE id = 'd'`)
      same(rows.length, accounts.length, "entries")
      for (const [madeMs] of rows)
        if (!(Number(madeMs) >= releasedMs - 1)) throw new Error(`its time is ${String(madeMs)}`)
    }
  })),
  ...[["a"], ["a", "b"], ["b", "a", "new"]].map((accounts): Check => ({
    name: `an account that is collected while a call on ${accounts.join(" and ")} waits for it is made anew`,
    run: async (bench) => {
      await execute(bench, START_MS, charge("c", one("a")), charge("c", one("b")))
      let calling: ReturnType<typeof call> | undefined
      await whileLocked(bench, "a", async (client) => {
        await client.query(`DELETE FROM ${bench.schema}.entry WHERE account = 'a'`)
        await client.query(`DELETE FROM ${bench.schema}.account WHERE account = 'a'`)
        calling = call(bench, charge("d", ...accounts.map(one)))
        let isOver = false
        const end = (): void => void (isOver = true)
        calling.then(end, end)
        await until("a call that waits", async () => isOver || (await someoneWaits(bench)))
      })
      same((await calling!)[0]!._tag, "Charged", "the call")
      same(await rowsOf(bench, "SELECT used FROM {schema}.account WHERE account = 'a'"), [[1]], "used")
      await sound(bench)
    }
  })),
  {
    name: "a read waits for nobody, and a lock that is not had in time is not waited for longer",
    run: async (bench) => {
      await call(bench, charge("c", one("a")))
      await whileLocked(bench, "a", async () => {
        same((await call(bench, { kind: "lookup", id: "c", legs: [leg("a")] }))[0]!._tag, "Found", "lookup")
        const error = await call(bench, charge("d", one("a"))).catch((cause: unknown) => cause)
        same((error as { _tag?: string })._tag, "NotApplied", "a charge")
      })
      same((await call(bench, charge("e", one("a"))))[0]!._tag, "Charged", "afterwards")
    }
  },
  {
    name: "the lock_timeout of the transaction is as it was, and that of the session behind it",
    run: async ({ pool, schema }) => {
      const client = await pool.connect()
      try {
        const shown = async () => (await client.query("SHOW lock_timeout")).rows
        const before = await shown()
        await client.query("BEGIN")
        await client.query("SET LOCAL lock_timeout = '1234ms'")
        const store = postgresStore({ pool, schema, batch: false, ...settings }).within(client)
        await Effect.runPromise(
          store.execute([readCommand(charge("c", one("a"), one("b"))), readCommand(charge("d", one("a")))])
        )
        same(await shown(), [{ lock_timeout: "1234ms" }], "in the transaction")
        await client.query("COMMIT")
        same(await shown(), before, "behind it")
      } finally {
        client.release()
      }
    }
  },
  {
    name: "the store's time is the server's, in whole milliseconds",
    run: async (bench) => {
      for (let reading = 0; reading < 40; reading++) {
        const millis = (round: string) => `SELECT ${round}(extract(epoch FROM clock_timestamp()) * 1000)::bigint`
        const [[before]] = (await rowsOf(bench, millis("floor"))) as [[number]]
        await call(bench, charge(`c${reading}`, one("a")))
        const [[after]] = (await rowsOf(bench, millis("floor"))) as [[number]]
        const [[made]] = (await rowsOf(bench, `SELECT created_ms FROM {schema}.entry WHERE id = 'c${reading}'`)) as [
          [number]
        ]
        if (!(made >= before && made <= after)) throw new Error(`${made} is not between ${before} and ${after}`)
      }
    }
  },
  {
    name: "a call that changes nothing leaves no row, and one on many accounts makes all of them",
    run: async (bench) => {
      const refused = leg("none", { amount: 1, limit: 0, settle: "none" })
      const [answer] = await execute(bench, START_MS, { kind: "reserve", id: "r", ttlMs: 1_000, legs: [refused] })
      same(answer!._tag, "Denied", "a reserve")
      const both = [refused, { ...refused, account: "other" }]
      await execute(bench, START_MS, { kind: "reserve", id: "r", ttlMs: 1_000, legs: both })
      same(await rowsOf(bench, "SELECT account FROM {schema}.account"), [], "accounts")
      await execute(bench, START_MS, release("r", leg("b"), leg("a")), release("s", leg("a"), leg("c")))
      same(await rowsOf(bench, "SELECT account FROM {schema}.account ORDER BY 1"), [["a"], ["b"], ["c"]], "accounts")
    }
  },
  {
    name: "another version, and another isolation, are refused by name",
    run: async ({ pool, schema }) => {
      const ask = async (text: string, name: string): Promise<unknown> => {
        const client = await pool.connect()
        try {
          await client.query(text)
          const version = (
            await client.query<{ v: number }>(`SELECT max(version)::integer AS v FROM ${schema}.migration`)
          ).rows[0]!.v
          const asked = version + (name === "TY001" ? 1 : 0)
          for (const { callee, code } of await refusalsOf(client, schema, asked))
            same(code, name === "" ? undefined : name, callee)
        } finally {
          await client.query("ROLLBACK")
          client.release()
        }
        return undefined
      }
      await ask("BEGIN ISOLATION LEVEL READ COMMITTED", "")
      await ask("BEGIN ISOLATION LEVEL READ COMMITTED", "TY001")
      await ask("BEGIN ISOLATION LEVEL REPEATABLE READ", "TY003")
    }
  }
]
