/**
 * Stores in one real Postgres, one after the other in a schema of the simulation's own. The world's clock is theirs.
 */
import { migrate, postgresStore, trialSchema } from "@tallystick/adapter-postgres"
import { randomUUID } from "node:crypto"

import type { LoadedStore } from "./loaded-store.ts"
import { UnknownStore } from "./unknown-store.ts"

/** @throws UnknownStore if no server answers there, or it lets nobody make a schema */
export const postgresStores = async (url: string): Promise<LoadedStore> => {
  const trial = await trialOf(url)
  return {
    name: url,
    makeStore: async (settings) => {
      await trial.empty()
      return postgresStore({ ...settings, pool: trial.pool, schema: trial.schema, clock: "caller" })
    },
    close: trial.remove
  }
}

const trialOf = async (url: string) => {
  try {
    return await trialSchema(url, `tallystick_sim_${randomUUID().replaceAll("-", "")}`)
  } catch (error) {
    throw new UnknownStore(url, error instanceof Error ? error.message : String(error))
  }
}

/** For `tallystick migrate`. */
export const migratePostgres = migrate
