/**
 * Which version of the schema a database has, and what to say if it is not this code's.
 */
import type { PostgresDriver } from "./driver.ts"
import { VERSION } from "./schema.ts"

export interface SchemaState {
  /** As the user gave it. */
  readonly name: string
  readonly quoted: string
}

/** What is wrong with a schema at this version; undefined if nothing is. null: there is none. */
export const problemOf = (name: string, version: number | null): string | undefined => {
  if (version === null) return `the database has no Tallystick schema "${name}": run migrate()`
  if (version > VERSION)
    return `the schema "${name}" is at version ${version}, newer than this code's ${VERSION}: deploy a newer @tallystick/adapter-postgres`
  return version < VERSION
    ? `the schema "${name}" is at version ${version}, older than this code's ${VERSION}: run migrate()`
    : undefined
}

/** Asked only after a call has failed: a good schema costs no trip. */
export const schemaProblem = async (
  driver: PostgresDriver,
  schema: SchemaState,
  signal: AbortSignal
): Promise<string | undefined> => {
  try {
    const { rows } = await driver.query(`SELECT max(version)::text AS version FROM ${schema.quoted}.migration`, [], {
      signal,
      begins: false
    })
    const version = rows[0]?.["version"]
    return problemOf(schema.name, typeof version === "string" ? Number(version) : null)
  } catch {
    return problemOf(schema.name, null)
  }
}
