/**
 * Transactions of query builders, as `within` takes them. docs/postgres.md shows the regions.
 */
import type { Transaction } from "@tallystick/adapter-postgres"
// #region drizzle
import { type SQL, sql } from "drizzle-orm"

const drizzle = (tx: { execute: (query: SQL) => ReturnType<Transaction["query"]> }): Transaction => ({
  query: (text, values) => {
    const [first = "", ...parts] = text.split(/\$\d+/)
    return tx.execute(sql.join([sql.raw(first), ...parts.map((part, at) => sql`${values[at]}${sql.raw(part)}`)]))
  }
})
// #endregion
// #region kysely
import { CompiledQuery, type Kysely } from "kysely"

const kysely = (trx: Pick<Kysely<unknown>, "executeQuery">): Transaction => ({
  query: (text, values) => trx.executeQuery(CompiledQuery.raw(text, values))
})
// #endregion

export const ofDrizzle = drizzle
export const ofKysely = kysely
