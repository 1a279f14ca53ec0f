/**
 * Stores as every process of a storm opens them: with the defaults of their adapters, but for how long a call may take.
 */
import type { QuotaStore } from "@tallystick/core/store"
import { pathToFileURL } from "node:url"

import type { Address } from "./place.ts"

/** Loads only the adapter that is asked for. */
export const openStore = async ({ kind, url, name }: Address, callTimeoutMs: number): Promise<QuotaStore> => {
  switch (kind) {
    case "redis":
      return (await import("@tallystick/adapter-redis")).redisStore({ url, prefix: name, callTimeoutMs })
    case "postgres":
      return (await import("@tallystick/adapter-postgres")).postgresStore({ url, schema: name, callTimeoutMs })
    case "module": {
      const module = (await import(pathToFileURL(url).href)) as { readonly default: MakeStore }
      return module.default({ name, callTimeoutMs })
    }
  }
}

/** The default export of a module: a store that keeps its rows under this name. Every process makes one. */
export type MakeStore = (options: {
  readonly name: string
  readonly callTimeoutMs: number
}) => QuotaStore | Promise<QuotaStore>
