/**
 * On a server in recovery both functions that a store calls are refused by name. What test/replica.test.ts sees on a real replica, a session sees here whose
 * search_path has a function of that name before the server's own.
 */
import { VERSION } from "../../src/schema.ts"
import type { Check } from "../../test/checks/check.ts"
import { same } from "../../test/checks/bench.ts"
import { refusalsOf } from "../../test/checks/refusals.ts"

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
      for (const { callee, code } of await refusalsOf(client, schema, VERSION)) same(code, "TY002", callee)
    } finally {
      await client.query("ROLLBACK")
      client.release(true)
    }
  }
}
