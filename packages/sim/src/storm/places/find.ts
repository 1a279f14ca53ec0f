/**
 * The place that a `--store` names.
 */
import { memoryStore } from "@tallystick/adapter-memory"
import * as Effect from "effect/Effect"
import { existsSync } from "node:fs"
import { resolve } from "node:path"

import { UnknownStore } from "../../stores/unknown-store.ts"
import { openStore } from "./open.ts"
import type { Place } from "./place.ts"

/**
 * @param id of this storm, for the names of all that it makes: letters, digits and `-`
 * @param callTimeoutMs of a module's store
 * @throws UnknownStore if there is no such store, or no server answers
 */
export const findPlace = async (spec: string, id: string, callTimeoutMs: number): Promise<Place> => {
  if (spec === "memory") return memoryPlace()
  if (/^postgres(ql)?:/.test(spec)) return (await import("./postgres.ts")).postgresPlace(spec, id)
  if (/^(redis|rediss):/.test(spec)) return (await import("./redis.ts")).redisPlace(spec, id)
  return modulePlace(spec, id, callTimeoutMs)
}

const memoryPlace = (): Place => {
  const store = memoryStore()
  return {
    address: undefined,
    store,
    flushScripts: undefined,
    audit: undefined,
    remove: () => Effect.runPromise(store.close)
  }
}

/** A store of the user's, made in every process. What it keeps it must remove itself. */
const modulePlace = async (spec: string, id: string, callTimeoutMs: number): Promise<Place> => {
  const url = resolve(spec)
  if (!existsSync(url)) throw new UnknownStore(spec, `there is no file ${url}`)
  const address = { kind: "module", url, name: `tallystick-storm-${id}` } as const
  const store = await openStore(address, callTimeoutMs)
  return { address, store, flushScripts: undefined, audit: undefined, remove: () => Effect.runPromise(store.close) }
}
