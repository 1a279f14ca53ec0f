/** How both functions that a store calls refuse a whole call, whatever is in it. */
import type { PoolClient } from "pg"

import { EXECUTE_VALUES } from "../../src/encode.ts"
import { settings } from "./bench.ts"

export interface Refusal {
  readonly callee: string
  /** SQLSTATE; undefined: it was not refused. */
  readonly code: string | undefined
}

/** Asks `execute` and `sweep` with nothing to do, in the transaction that is open; it is as before. */
export const refusalsOf = async (
  client: PoolClient,
  schema: string,
  version: number
): Promise<ReadonlyArray<Refusal>> => {
  const input = { ...settings, version, limit: 1, after: null, lockTimeoutMs: 100, nowMs: null, commands: [] }
  const nothing = Array.from({ length: EXECUTE_VALUES - 1 }, () => "'{}'").join(", ")
  const refusals: Array<Refusal> = []
  for (const [callee, values] of [
    ["execute", `$1, ${nothing}`],
    ["sweep", "'{}', '{}', $1"]
  ] as const) {
    await client.query("SAVEPOINT s")
    const error = await client
      .query(`SELECT ${schema}.${callee}(${values})`, [JSON.stringify(input)])
      .catch((cause: unknown) => cause)
    refusals.push({ callee, code: (error as { code?: string }).code })
    await client.query("ROLLBACK TO SAVEPOINT s")
  }
  return refusals
}
