/**
 * Stores by name: `memory`, a module of the user's, or an adapter that is installed beside the simulator.
 */
import { memoryStore } from "@tallystick/adapter-memory"
import type { Settings } from "@tallystick/core/machine"
import { batched } from "@tallystick/core/store"
import type { QuotaStore } from "@tallystick/core/store"
import { existsSync } from "node:fs"
import { resolve } from "node:path"
import { pathToFileURL } from "node:url"

import type { MakeStore } from "./explore/run.ts"
import { UnknownStore } from "./stores/unknown-store.ts"
import type { LoadedStore } from "./stores/loaded-store.ts"

export type { LoadedStore } from "./stores/loaded-store.ts"
export { UnknownStore } from "./stores/unknown-store.ts"

const ORDERED = "batched:ordered:"

/** @throws UnknownStore if there is none of this name, or if its module makes none */
export const loadStore = async (spec: string): Promise<LoadedStore> => {
  if (spec.startsWith(ORDERED)) return withOrderedCommit(spec, await loadStore(spec.slice(ORDERED.length)))
  if (spec.startsWith("batched:")) return withGroupCommit(spec, await loadStore(spec.slice("batched:".length)))
  if (spec.startsWith("insured:")) return withInsurance(spec, await loadStore(spec.slice("insured:".length)))
  if (spec === "memory") return { name: spec, makeStore: memoryStore, close: nothingToClose }
  if (isPostgres(spec))
    return (await adapter(spec, "postgres", () => import("./stores/postgres.ts"))).postgresStores(spec)
  if (/^(redis|rediss):/.test(spec))
    return (await adapter(spec, "redis", () => import("./stores/redis.ts"))).redisStores(spec)
  if (!/^[./]|^[A-Za-z]:[\\/]|\.[cm]?[jt]s$/.test(spec)) throw new UnknownStore(spec, "it is neither")
  const path = resolve(spec)
  if (!existsSync(path)) throw new UnknownStore(spec, `there is no file ${path}`)
  const module: { readonly default?: unknown } = await import(pathToFileURL(path).href)
  const make = module.default
  if (typeof make !== "function") throw new UnknownStore(spec, "its default export is no function")
  // Made once before anything runs, so that a module which makes something else is refused by name.
  const makeStore = (settings: Settings): unknown => make(settings)
  const probe = await makeStore(probeSettings)
  if (!isStore(probe))
    throw new UnknownStore(spec, "what its default export makes has no execute, usage, holds and sweep")
  return { name: spec, makeStore: makeStore as MakeStore, close: nothingToClose }
}

/** Brings the schema of the Postgres at this URL to the version of the code. */
export const migrateStore = async (url: string, schema: string | undefined) => {
  const { migratePostgres } = await adapter(url, "postgres", () => import("./stores/postgres.ts"))
  return migratePostgres({ url, schema })
}

const isPostgres = (spec: string): boolean => /^postgres(ql)?:/.test(spec)

/** `batched:memory`: the same store with group commit before it. */
const withGroupCommit = (name: string, { close, makeStore }: LoadedStore): LoadedStore => ({
  name,
  close,
  makeStore: async (settings) => batched(await makeStore(settings))
})

/** `batched:ordered:memory`: with several flushes of an account under way, and small ones, so that there are. */
const withOrderedCommit = (name: string, { close, makeStore }: LoadedStore): LoadedStore => ({
  name,
  close,
  makeStore: async (settings) => {
    const store = await makeStore(settings)
    return batched({ ...store, capabilities: { ...store.capabilities, ordered: true } }, { maxCommands: 2 })
  }
})

/** `insured:memory`: processes over the same store, which goes and comes. */
const withInsurance = async (name: string, { close, makeStore }: LoadedStore): Promise<LoadedStore> => {
  const { insuredScenario } = await import("./explore/scenario/insured/insured.ts")
  const scenario = insuredScenario(makeStore)
  return { name, close, makeStore: scenario.makeStore, scenario }
}

const nothingToClose = async (): Promise<void> => {}

/** An adapter is a package of its own, which may not be there. */
const adapter = async <A>(spec: string, name: string, load: () => Promise<A>): Promise<A> => {
  try {
    return await load()
  } catch (error) {
    if (!(error instanceof Error) || !("code" in error) || error.code !== "ERR_MODULE_NOT_FOUND") throw error
    throw new UnknownStore(
      spec,
      `it needs the package @tallystick/adapter-${name}: npm install @tallystick/adapter-${name}`
    )
  }
}

const probeSettings: Settings = { settledRetentionMs: 60_000, unsettledRetentionMs: 60_000, longestCallMs: 10_000 }

const isStore = (value: unknown): value is QuotaStore =>
  typeof value === "object" &&
  value !== null &&
  ["execute", "usage", "holds", "sweep"].every(
    (name) => typeof (value as Record<string, unknown>)[name] === "function"
  ) &&
  "capabilities" in value
