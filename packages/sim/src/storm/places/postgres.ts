/**
 * A storm's place in Postgres: a schema of its own.
 */
import { postgresStore, trialSchema } from "@tallystick/adapter-postgres"

import { UnknownStore } from "../../stores/unknown-store.ts"
import type { Place } from "./place.ts"
import { auditPostgres } from "./postgres-audit.ts"

/** @throws UnknownStore if no server answers there, or it lets nobody make a schema */
export const postgresPlace = async (url: string, id: string): Promise<Place> => {
  const name = `tallystick_storm_${id.replaceAll("-", "")}`
  const { pool, schema, remove } = await opened(url, name)
  const query = async (text: string): Promise<ReadonlyArray<Readonly<Record<string, unknown>>>> =>
    (await pool.query<Record<string, unknown>>(text)).rows
  return {
    address: { kind: "postgres", url, name },
    store: postgresStore({ pool, schema }),
    flushScripts: undefined,
    audit: () => auditPostgres(query, `"${schema}"`),
    remove
  }
}

const opened = async (url: string, name: string) => {
  try {
    return await trialSchema(url, name)
  } catch (error) {
    throw new UnknownStore(url, error instanceof Error ? error.message : String(error))
  }
}
