/**
 * The run's Postgres, and a schema of the test file's own.
 */
import { isNone, postgresServer, schemaName } from "@tallystick/test-servers"
import { Pool } from "pg"

import { migrate } from "../src/index.ts"

const given = process.env["TALLYSTICK_TEST_POSTGRES_URL"]

export const server = given === undefined ? await postgresServer() : { url: given }

export const databaseUrl = isNone(server as never) ? undefined : (server as { url: string }).url

/** A pool, and a migrated schema. */
export const freshSchema = async (max = 4): Promise<{ pool: Pool; schema: string; url: string }> => {
  const schema = await schemaName()
  const pool = new Pool({ connectionString: databaseUrl, max })
  await pool.query(`DROP SCHEMA IF EXISTS ${schema} CASCADE`)
  await migrate({ pool, schema })
  return { pool, schema, url: databaseUrl! }
}
