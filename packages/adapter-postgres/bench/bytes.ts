/**
 * Bytes of each kind of row, with its indexes.
 */
import { finalize, range, reserve, run } from "./bench.ts"
import type { Bench } from "./bench.ts"

const COUNT = 20_000

export const measureBytes = async ({ empty, pool, schema, store }: Bench): Promise<void> => {
  const sizeOf = async (table: string): Promise<number> => {
    const { rows } = await pool.query("SELECT pg_total_relation_size($1::regclass)::float8 AS bytes", [
      `${schema}.${table}`
    ])
    return (rows[0] as { bytes: number }).bytes
  }
  const each = async (
    name: string,
    tables: ReadonlyArray<string>,
    act: (index: number) => Parameters<typeof run>[1][number]
  ) => {
    const before = await Promise.all(tables.map(sizeOf))
    for (let from = 0; from < COUNT; from += 500)
      await run(
        store,
        range(500).map((at) => act(from + at))
      )
    const after = await Promise.all(tables.map(sizeOf))
    const told = tables.map((table, at) => `${table} ${Math.round((after[at]! - before[at]!) / COUNT)}`)
    console.log(`${name}: bytes in ${told.join(", ")}`)
  }
  await empty()
  await each("an account with a hold", ["account", "entry", "due", "ledger"], (index) =>
    reserve("held", [`many:${index}`])
  )
  await empty()
  await each("a hold of one account", ["entry", "due", "ledger"], (index) => reserve(`request-${index}`, ["one"]))
  await each("the same, ended and remembered", ["entry", "ledger"], (index) => finalize(`request-${index}`, ["one"]))
}
