/**
 * The store of a URL, as an operator has it: a quota for what calls can do, and what only operators ask.
 */
import { createQuota, type Quota } from "@tallystick/core"
import type { QuotaStore, StoreOperator } from "@tallystick/core/store"

import * as Effect from "effect/Effect"

import { UsageError } from "../usage-error.ts"

/** A person waits for it. */
export const CALL_TIMEOUT_MS = 3_000

export interface OperatedOptions {
  readonly url: string
  readonly prefix: string | undefined
  readonly partition: string | undefined
  readonly schema: string | undefined
}

export interface Operated {
  readonly store: QuotaStore
  readonly operator: StoreOperator
}

export interface Hands {
  readonly quota: Quota
  readonly operator: StoreOperator
}

/** Opens it, acts, and closes it. */
export const withStore = async <A>(options: OperatedOptions, act: (hands: Hands) => Promise<A>): Promise<A> => {
  const { operator, store } = await open(options)
  const quota = createQuota({ store })
  try {
    // The quota would ask again and again; a server that does not answer is told at once, and why.
    await Effect.runPromise(store.usage([{ account: "first", window: { kind: "none" } }]))
    return await act({ quota, operator })
  } finally {
    await Promise.all([quota.close({ graceMs: 0 }), operator.close()])
  }
}

const open = async (options: OperatedOptions): Promise<Operated> => {
  const { partition, prefix, schema, url } = options
  if (/^rediss?:/.test(url)) {
    if (schema !== undefined) throw new UsageError("--schema is for Postgres; Redis has --prefix")
    return (await adapter("redis", () => import("../../stores/operate-redis.ts"))).operatedRedis(options)
  }
  if (/^postgres(?:ql)?:/.test(url)) {
    if (prefix !== undefined || partition !== undefined)
      throw new UsageError("--prefix and --partition are for Redis; Postgres has --schema")
    return (await adapter("postgres", () => import("../../stores/operate-postgres.ts"))).operatedPostgres(options)
  }
  throw new UsageError(`--store must be a URL that begins with redis:, rediss: or postgres:, was ${url}`)
}

const adapter = async <A>(name: string, load: () => Promise<A>): Promise<A> => {
  try {
    return await load()
  } catch (error) {
    if (!(error instanceof Error) || !("code" in error) || error.code !== "ERR_MODULE_NOT_FOUND") throw error
    throw new UsageError(`this needs the package @tallystick/adapter-${name}: npm install @tallystick/adapter-${name}`)
  }
}
