/**
 * What a store is made with.
 */
import { defaultSettings, InvalidInput, readChoice, readInteger } from "@tallystick/core/machine"
import type { Settings } from "@tallystick/core/machine"
import type { BatchedOptions } from "@tallystick/core/store"
import type { Pool, PoolConfig } from "pg"

import type { PostgresDriver } from "./driver.ts"
import { DEFAULT_SCHEMA, quotedSchema } from "./schema.ts"
import type { SchemaState } from "./version.ts"

export interface PostgresStoreOptions extends Partial<Settings> {
  /** A pool of pg's. It stays yours: `close` does not end it. */
  readonly pool?: Pool | undefined
  /** Or where to connect to. The store makes a pool and ends it with `close`. */
  readonly url?: string | undefined
  /** What else that pool is made with (`max`, `ssl` …). */
  readonly options?: PoolConfig | undefined
  /** Or another client: one function. */
  readonly driver?: PostgresDriver | undefined
  /**
   * Statements get names, so that a connection parses and plans each once. Default true. Where a pooler hands out server connections that do not know them
   * (PgBouncer in transaction mode, without `max_prepared_statements`), the store learns it from the first refusal; false spares it that.
   */
  readonly prepare?: boolean | undefined
  /** Default: `tallystick`. */
  readonly schema?: string | undefined
  /** Whose clock decides: the server's (default), or Effect's `Clock` of the caller, for tests. */
  readonly clock?: "store" | "caller" | undefined
  /** Every call ends by then: with its answer, or with what is true without one. Default: 5,000 ms. */
  readonly callTimeoutMs?: number | undefined
  /** Group commit: what arrives while a call is under way leaves together in the next one. Its bounds, or `false`: each call on its own. */
  readonly batch?: BatchedOptions | false | undefined
}

export interface StoreTerms {
  readonly settings: Settings
  readonly schema: SchemaState
  readonly clock: "store" | "caller"
  readonly callTimeoutMs: number
  readonly prepare: boolean
}

const DEFAULT_CALL_TIMEOUT_MS = 5_000

export const readOptions = (options: PostgresStoreOptions): StoreTerms => {
  const given = [options.pool, options.driver, options.url ?? options.options].filter((way) => way !== undefined)
  if (given.length > 1) throw new InvalidInput("pool", "one of pool, driver, and url with options", "more than one")
  const retention = (field: keyof Settings): number =>
    readInteger(options[field] ?? defaultSettings[field], field, 1, 2 ** 45)
  const callTimeoutMs = readInteger(options.callTimeoutMs ?? DEFAULT_CALL_TIMEOUT_MS, "callTimeoutMs", 10, 86_400_000)
  const name = options.schema ?? DEFAULT_SCHEMA
  return {
    settings: {
      settledRetentionMs: retention("settledRetentionMs"),
      unsettledRetentionMs: retention("unsettledRetentionMs"),
      longestCallMs: retention("longestCallMs")
    },
    schema: { name, quoted: quotedSchema(name) },
    clock: readChoice(options.clock ?? "store", "clock", ["store", "caller"]),
    callTimeoutMs,
    prepare: readFlag(options.prepare ?? true, "prepare")
  }
}

const readFlag = (value: unknown, field: string): boolean => {
  if (typeof value === "boolean") return value
  throw new InvalidInput(field, "true or false", value)
}
