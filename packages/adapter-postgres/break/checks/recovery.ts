/**
 * On a server in recovery both functions that a store calls are refused by name. What test/replica.test.ts sees on a real replica, a session sees here whose
 * search_path has a function of that name before the server's own.
 */
import { EXECUTE_VALUES } from "../../src/encode.ts"
import { VERSION } from "../../src/schema.ts"
import type { Check } from "../../test/checks/check.ts"
import { same, settings } from "../../test/checks/bench.ts"

export const recoveryCheck: Check = {
  name: "a server in recovery is refused by name",
  run: async ({ pool, schema }) => {
    const client = await pool.connect()
    try {
      await client.query("BEGIN")
      await client.query("CREATE SCHEMA standby")
      await client.query(
        "CREATE FUNCTION standby.pg_is_in_recovery() RETURNS boolean LANGUAGE sql STABLE AS 'SELECT true'"
      )
      await client.query("SET LOCAL search_path = standby, pg_catalog")
      const input = { ...settings, version: VERSION, limit: 1, after: null, lockTimeoutMs: 100, nowMs: null }
      const nothing = Array.from({ length: EXECUTE_VALUES - 1 }, () => "'{}'").join(", ")
      for (const [callee, values] of [
        ["execute", `$1, ${nothing}`],
        ["sweep", "'{}', '{}', $1"]
      ] as const) {
        await client.query("SAVEPOINT s")
        const error = await client
          .query(`SELECT ${schema}.${callee}(${values})`, [JSON.stringify(input)])
          .catch((cause: unknown) => cause)
        same((error as { code?: string }).code, "TY002", callee)
        await client.query("ROLLBACK TO SAVEPOINT s")
      }
    } finally {
      await client.query("ROLLBACK")
      client.release(true)
    }
  }
}
