/**
 * Brings a schema to this code's version. Twenty processes may do it at once: one does, the others wait and find it done.
 */
import { createHash } from "node:crypto"

import { MisconfiguredError } from "@tallystick/core/store"
import { Pool, type PoolClient } from "pg"

import { codeOf, storeErrorOf } from "./errors.ts"
import { noConnection } from "./pg-driver.ts"
import { DEFAULT_SCHEMA, migrations, quotedSchema, textFor } from "./schema.ts"
import { problemOf } from "./version.ts"

export interface MigrateOptions {
  /** Either the pool, or the `url` of the database. */
  readonly pool?: Pool | undefined
  readonly url?: string | undefined
  /** Default: `tallystick`. It is made if it is not there. */
  readonly schema?: string | undefined
}

export interface Migrated {
  /** The version that the schema had; 0: there was none. */
  readonly from: number
  readonly to: number
}

/**
 * Applies the numbered SQL files that the schema does not have yet, all in one transaction: all of them or none. The role must be allowed to make the schema, or
 * own it.
 *
 * Rejects with `MisconfiguredError` if the schema is newer than this code, was made by other files, or the role may not; with `InvalidInput` for a name that
 * Postgres would cut off; with `NotAppliedError` or `OutcomeUnknownError` for the rest: to do it again is safe.
 *
 * @example
 * await migrate({ url: process.env.DATABASE_URL })
 * const quota = createQuota({ store: postgresStore({ url: process.env.DATABASE_URL }) })
 */
export const migrate = async (options: MigrateOptions): Promise<Migrated> => {
  const name = options.schema ?? DEFAULT_SCHEMA
  const quoted = quotedSchema(name)
  const pool = options.pool ?? new Pool({ connectionString: options.url, max: 1 })
  try {
    const client = await connected(pool)
    let isGood = false
    try {
      await client.query("BEGIN ISOLATION LEVEL READ COMMITTED")
      // Released with the transaction, also through PgBouncer. The key is the name's own, so that two schemas do not wait for each other.
      await client.query("SELECT pg_advisory_xact_lock($1)", [lockKeyOf(name)])
      const migrated = await apply((text, values) => client.query(text, values && [...values]), name, quoted)
      await client.query("COMMIT")
      isGood = true
      return migrated
    } catch (error) {
      throw storeErrorOf(error)
    } finally {
      client.release(!isGood)
    }
  } finally {
    if (options.pool === undefined) await pool.end()
  }
}

const connected = async (pool: Pool): Promise<PoolClient> => {
  try {
    return await pool.connect()
  } catch (error) {
    throw codeOf(error) === undefined ? noConnection(error) : storeErrorOf(error)
  }
}

const lockKeyOf = (name: string): string =>
  createHash("sha256").update(`tallystick migrate ${name}`).digest().readBigInt64BE(0).toString()

export const hashOf = (text: string): string => createHash("sha256").update(text).digest("hex")

type Query = (
  text: string,
  values?: ReadonlyArray<unknown>
) => Promise<{ rows: ReadonlyArray<Record<string, unknown>> }>

const apply = async (query: Query, name: string, quoted: string): Promise<Migrated> => {
  await query(`CREATE SCHEMA IF NOT EXISTS ${quoted}`)
  await query(
    `CREATE TABLE IF NOT EXISTS ${quoted}.migration (version integer PRIMARY KEY, name text NOT NULL, hash text NOT NULL, applied_at timestamptz NOT NULL DEFAULT clock_timestamp())`
  )
  const { rows } = await query(`SELECT version, name, hash FROM ${quoted}.migration ORDER BY version`)
  const from = rows.length
  if (from > migrations.length) throw new MisconfiguredError(problemOf(name, from)!)
  for (const { version, name: file, text } of migrations) {
    const hash = hashOf(text)
    const row = rows[version - 1]
    if (row === undefined) {
      await query(textFor(text, quoted))
      await query(`INSERT INTO ${quoted}.migration (version, name, hash) VALUES ($1, $2, $3)`, [version, file, hash])
    } else if (row["hash"] !== hash)
      throw new MisconfiguredError(
        `the schema "${name}" was made by another ${String(row["name"])} than this code's: a migration is never edited once released`
      )
  }
  return { from, to: migrations.length }
}
