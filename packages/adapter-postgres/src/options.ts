/**
 * What a store is made with.
 */
import { defaultSettings, InvalidInput, readChoice, readInteger } from "@tallystick/core/machine"
import type { Settings } from "@tallystick/core/machine"
import type { Pool, PoolConfig } from "pg"

import { DEFAULT_SCHEMA, quotedSchema } from "./schema.ts"
import type { SchemaState } from "./version.ts"

export interface PostgresStoreOptions extends Partial<Settings> {
  /** A pool of pg's. It stays yours: `close` does not end it. */
  readonly pool?: Pool | undefined
  /** Or where to connect to. The store makes a pool and ends it with `close`. */
  readonly url?: string | undefined
  /** What else that pool is made with (`max`, `ssl` …). */
  readonly options?: PoolConfig | undefined
  /** Default: `tallystick`. */
  readonly schema?: string | undefined
  /** Whose clock decides: the server's (default), or Effect's `Clock` of the caller, for tests. */
  readonly clock?: "store" | "caller" | undefined
  /** Every call ends by then: with its answer, or with what is true without one. Default: 5,000 ms. */
  readonly callTimeoutMs?: number | undefined
}

export interface StoreTerms {
  readonly settings: Settings
  readonly schema: SchemaState
  readonly clock: "store" | "caller"
  readonly callTimeoutMs: number
  /** How long a lock is waited for: less than the deadline, so that waiting in vain is told as what it is, "not applied". */
  readonly lockTimeoutMs: number
}

const DEFAULT_CALL_TIMEOUT_MS = 5_000

export const readOptions = (options: PostgresStoreOptions): StoreTerms => {
  if (options.pool !== undefined && (options.url !== undefined || options.options !== undefined))
    throw new InvalidInput("pool", "given without url and options", "both")
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
    lockTimeoutMs: Math.max(1, Math.floor(callTimeoutMs * 0.8))
  }
}
