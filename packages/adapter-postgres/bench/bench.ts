/**
 * What every part of the measurement has.
 */
import type { PostgresStore } from "@tallystick/adapter-postgres"
import type { Command } from "@tallystick/core/machine"
import { readCommand } from "@tallystick/core/machine"
import type { QuotaStore } from "@tallystick/core/store"
import * as Effect from "effect/Effect"
import type { Pool } from "pg"

export interface Bench {
  readonly url: string
  readonly schema: string
  readonly pool: Pool
  /** Each call on its own. */
  readonly store: PostgresStore
  /** With group commit, as users have it. */
  readonly batched: PostgresStore
  readonly seconds: number
  readonly rounds: number
  readonly empty: () => Promise<void>
}

export const run = (store: QuotaStore, commands: ReadonlyArray<Command>) => Effect.runPromise(store.execute(commands))

const leg = (account: string, more: object) => ({ account, unit: "tokens", limit: 1e14, ...more })

export const reserve = (id: string, accounts: ReadonlyArray<string>): Command =>
  readCommand({ kind: "reserve", id, ttlMs: 60_000, legs: accounts.map((account) => leg(account, { amount: 4_000 })) })

export const finalize = (id: string, accounts: ReadonlyArray<string>): Command =>
  readCommand({ kind: "finalize", id, legs: accounts.map((account) => leg(account, { actual: 2_500 })) })

export const medianOf = (values: ReadonlyArray<number>): number =>
  values.toSorted((left, right) => left - right)[values.length >> 1] ?? 0

export const range = (count: number): ReadonlyArray<number> => Array.from({ length: count }, (_, index) => index)
