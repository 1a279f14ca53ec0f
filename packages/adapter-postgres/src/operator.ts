/**
 * What an operator asks of a Postgres store beside the port.
 */
import { InvalidInput, MAX_AMOUNT, readInteger, readText, windowKey } from "@tallystick/core/machine"
import {
  type KeptAccount,
  type LedgerRow,
  MisconfiguredError,
  type Repair,
  type RepairOptions,
  type StoreOperator,
  windowOfKey
} from "@tallystick/core/store"
import { Pool, type PoolClient } from "pg"

import { codeOf, storeErrorOf } from "./errors.ts"
import { DEFAULT_SCHEMA, quotedSchema } from "./schema.ts"

export interface PostgresOperatorOptions {
  readonly url: string
  /** That of the store. Default: `tallystick`. */
  readonly schema?: string | undefined
}

/**
 * @throws InvalidInput if an option is wrong
 *
 * @example
 * const operator = postgresOperator({ url: process.env.DATABASE_URL })
 * const rows = await operator.ledger("user:ada", { kind: "none" }, 20)
 */
export const postgresOperator = (options: PostgresOperatorOptions): StoreOperator => {
  const schema = quotedSchema(options.schema ?? DEFAULT_SCHEMA)
  const pool = new Pool({ connectionString: readText(options.url, "url", 2_048), max: 1, statement_timeout: 60_000 })
  pool.on("error", () => {})
  const act = async <A>(work: (client: PoolClient) => Promise<A>): Promise<A> => {
    let isGood = false
    const client = await pool.connect()
    try {
      await client.query("BEGIN ISOLATION LEVEL READ COMMITTED")
      const done = await work(client)
      await client.query("COMMIT")
      isGood = true
      return done
    } finally {
      client.release(!isGood)
    }
  }
  const told = async <A>(work: (client: PoolClient) => Promise<A>): Promise<A> => {
    try {
      return await act(work)
    } catch (error) {
      if (error instanceof InvalidInput) throw error
      if (/^(?:3F000|42P01)$/.test(codeOf(error) ?? ""))
        throw new MisconfiguredError(`the database has no Tallystick schema ${schema}: run migrate()`, { cause: error })
      throw storeErrorOf(error, false)
    }
  }
  return {
    accountsOf: (id) => told((client) => accountsOf(client, schema, readText(id, "requestId"))),
    ledger: (account, window, limit) => told((client) => ledger(client, schema, [account, windowKey(window)], limit)),
    repair: (account, window, repair) =>
      told((client) => repairAccount(client, schema, [account, windowKey(window)], repair)),
    close: () => pool.end()
  }
}

const accountsOf = async (client: PoolClient, schema: string, id: string): Promise<ReadonlyArray<KeptAccount>> => {
  const { rows } = await client.query<{ account: string; window: string; unit: string | null }>(
    `SELECT account, "window", unit FROM ${schema}.entry JOIN ${schema}.account USING (account, "window")
      WHERE id = $1 ORDER BY account, "window"`,
    [id]
  )
  return rows.map((row) => ({ account: row.account, window: windowOfKey(row.window), unit: row.unit }))
}

type Key = readonly [account: string, window: string]

const ledger = async (
  client: PoolClient,
  schema: string,
  key: Key,
  limit: number
): Promise<ReadonlyArray<LedgerRow>> => {
  const { rows } = await client.query<Record<string, string | null>>(
    `SELECT revision, cause, id, at_ms, used_delta, reserved_delta FROM ${schema}.ledger
      WHERE account = $1 AND "window" = $2 ORDER BY revision DESC LIMIT $3`,
    [...key, readInteger(limit, "limit", 1, 1_000)]
  )
  return rows.map((row) => ({
    revision: Number(row["revision"]),
    cause: String(row["cause"]),
    id: row["id"] ?? null,
    atMs: Number(row["at_ms"]),
    usedDelta: Number(row["used_delta"]),
    reservedDelta: Number(row["reserved_delta"])
  }))
}

/**
 * The row is locked as a call locks it, so that nothing happens in between. Its holds are those whose expiry is not done yet, which is what lies behind
 * `last_ms`.
 */
const repairAccount = async (
  client: PoolClient,
  schema: string,
  key: Key,
  { apply, used }: RepairOptions
): Promise<Repair> => {
  const given = used === undefined ? undefined : readInteger(used, "used", 0, MAX_AMOUNT)
  const { rows } = await client.query<Record<string, string>>(
    `SELECT used, reserved, revision, born_ms FROM ${schema}.account
      WHERE account = $1 AND "window" = $2 AND revision > 0 FOR NO KEY UPDATE`,
    [...key]
  )
  const row = rows[0]
  if (row === undefined) return nothingToRepair
  const before = { used: Number(row["used"]), reserved: Number(row["reserved"]) }
  const sums = await sumsOf(client, schema, key)
  const isWhole = Number(sums["changes"]) === Number(row["revision"]) - Number(row["born_ms"])
  const usedAfter = given ?? (isWhole ? Number(sums["ledger_used"]) : before.used)
  const after = { used: usedAfter, reserved: Number(sums["reserved"]) }
  const dueDiffers = sums["due_differs"] === "t"
  const isChanged = dueDiffers || after.used !== before.used || after.reserved !== before.reserved
  const obstacle =
    after.used < 0 || after.used + after.reserved > MAX_AMOUNT
      ? "its sums would be no amounts: say what it has used"
      : null
  const applied = apply && isChanged && obstacle === null
  const told = isWhole ? { used: Number(sums["ledger_used"]), reserved: Number(sums["ledger_reserved"]) } : before
  if (applied) await write(client, schema, key, told, after)
  return {
    found: true,
    before,
    after,
    holds: Number(sums["holds"]),
    dueDiffers,
    usedFrom: given !== undefined ? "operator" : isWhole ? "ledger" : "account",
    obstacle,
    applied
  }
}

const nothingToRepair: Repair = {
  found: false,
  before: { used: 0, reserved: 0 },
  after: { used: 0, reserved: 0 },
  holds: 0,
  dueDiffers: false,
  usedFrom: "account",
  obstacle: "there is no such account",
  applied: false
}

/** Holds that live, or whose expiry nothing has noticed yet. */
const live = (schema: string): string => `
  WITH a AS (SELECT * FROM ${schema}.account WHERE account = $1 AND "window" = $2),
  live AS (
    SELECT e.deadline_ms AS tick_ms, e.period, e.held, e.expiry_cost FROM ${schema}.entry AS e, a
    WHERE e.account = $1 AND e."window" = $2 AND e.state = 'held' AND e.deadline_ms > a.last_ms AND e.changed_ms >= a.born_ms
  ),
  due AS (SELECT tick_ms, period, count(*)::bigint AS holds, sum(held)::bigint AS amount, sum(expiry_cost)::bigint AS cost FROM live GROUP BY 1, 2)`

const sumsOf = async (client: PoolClient, schema: string, key: Key): Promise<Record<string, string>> => {
  const { rows } = await client.query<Record<string, string>>(
    `${live(schema)},
    kept AS (SELECT tick_ms, period, holds, amount, cost FROM ${schema}.due WHERE account = $1 AND "window" = $2)
    SELECT (SELECT count(*) FROM live)::text AS holds,
      (SELECT coalesce(sum(held), 0) FROM live, a WHERE live.period = a.period)::text AS reserved,
      left((EXISTS (SELECT * FROM due EXCEPT SELECT * FROM kept) OR EXISTS (SELECT * FROM kept EXCEPT SELECT * FROM due) OR EXISTS (
        SELECT FROM a, (SELECT coalesce(sum(holds), 0) AS holds, min(tick_ms) AS tick_ms FROM due) AS sum
        WHERE a.holds <> sum.holds OR coalesce(a.due_ms > sum.tick_ms, sum.tick_ms IS NOT NULL)
      ))::text, 1) AS due_differs,
      (SELECT count(*) FROM ${schema}.ledger AS l, a WHERE l.account = $1 AND l."window" = $2 AND l.revision > a.born_ms)::text AS changes,
      (SELECT coalesce(sum(used_delta), 0) FROM ${schema}.ledger AS l, a
        WHERE l.account = $1 AND l."window" = $2 AND l.revision > a.born_ms)::text AS ledger_used,
      (SELECT coalesce(sum(reserved_delta), 0) FROM ${schema}.ledger AS l, a
        WHERE l.account = $1 AND l."window" = $2 AND l.revision > a.born_ms)::text AS ledger_reserved`,
    [...key]
  )
  return rows[0]!
}

/** The ledger's row brings its sums to those of the account, also where these had been altered past it. An idle window's silence goes on: a repair is no change of the user's. */
const write = async (
  client: PoolClient,
  schema: string,
  key: Key,
  before: { readonly used: number; readonly reserved: number },
  after: { readonly used: number; readonly reserved: number }
): Promise<void> => {
  await client.query(`DELETE FROM ${schema}.due WHERE account = $1 AND "window" = $2`, [...key])
  await client.query(
    `${live(schema)} INSERT INTO ${schema}.due (account, "window", tick_ms, period, holds, amount, cost)
      SELECT $1, $2, tick_ms, period, holds, amount, cost FROM due`,
    [...key]
  )
  await client.query(
    `WITH done AS (
      UPDATE ${schema}.account SET used = $3, reserved = $4, revision = revision + 1, holds = due.holds, due_ms = due.tick_ms
      FROM (SELECT coalesce(sum(holds), 0) AS holds, min(tick_ms) AS tick_ms FROM ${schema}.due WHERE account = $1 AND "window" = $2) AS due
      WHERE account = $1 AND "window" = $2 RETURNING revision, last_ms
    )
    INSERT INTO ${schema}.ledger (account, "window", revision, cause, id, at_ms, used_delta, reserved_delta)
      SELECT $1, $2, done.revision, 'repaired', NULL, done.last_ms, $5, $6 FROM done`,
    [...key, after.used, after.reserved, after.used - before.used, after.reserved - before.reserved]
  )
}
