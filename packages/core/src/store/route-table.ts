/**
 * Which store an account belongs to.
 */
import { readArray, readObject } from "../machine/check.ts"
import { InvalidInput } from "../machine/invalid-input.ts"
import type { QuotaStore, Store } from "./port.ts"
import { readStore } from "./read-store.ts"

/**
 * An account's whole id; what ids begin with, then one `*`; or a function, for all that these cannot say. It must
 * answer the same for an id every time and in every process: an account that changes its store starts again at 0.
 */
export type AccountPattern = string | ((account: string) => boolean)

export interface Route {
  readonly accounts: AccountPattern
  readonly store: Store
}

export interface RouteOptions {
  /** The first that matches an account has it. */
  readonly routes: ReadonlyArray<Route>
  /** Has the accounts that no route matches. */
  readonly otherwise: Store
}

/** A store, once, and what messages call it: the routes that lead to it. */
export interface Target {
  readonly store: QuotaStore
  readonly name: string
}

export interface RouteTable {
  /** Each store once, in the order of the routes. */
  readonly targets: ReadonlyArray<Target>
  readonly targetOf: (account: string) => Target
}

/** Checks the options; throws `InvalidInput` that names the one. */
export const readRoutes = (options: RouteOptions): RouteTable => {
  const fields = readObject(options, "options", "{ routes, otherwise }")
  const rows = readArray(fields["routes"], "routes", 0, MAX_ROUTES).map((route, index) =>
    readRoute(route, `routes[${index}]`)
  )
  const otherwise = { matches: () => true, store: readStore(fields["otherwise"], "otherwise"), name: "otherwise" }
  const byStore = Map.groupBy([...rows, otherwise], (row) => row.store)
  const targets = new Map(
    [...byStore].map(([store, rows]) => [store, { store, name: rows.map((row) => row.name).join(" and ") }])
  )
  return {
    targets: [...targets.values()],
    targetOf: (account) => targets.get((rows.find((row) => row.matches(account)) ?? otherwise).store)!
  }
}

// Each leg walks the list.
const MAX_ROUTES = 100

const readRoute = (value: unknown, field: string) => {
  const { accounts, store } = readObject(value, field, "{ accounts, store }")
  return { ...readPattern(accounts, field), store: readStore(store, `${field}.store`) }
}

const readPattern = (pattern: unknown, field: string) => {
  // A function has no text worth showing.
  if (typeof pattern === "function") return { matches: pattern as (account: string) => boolean, name: field }
  const star = typeof pattern === "string" ? pattern.indexOf("*") : -1
  // "a*b" would look like a glob and match one strange id only: refused. Who has such ids writes a function.
  if (typeof pattern !== "string" || pattern === "" || (star !== -1 && star !== pattern.length - 1))
    throw new InvalidInput(
      `${field}.accounts`,
      "an id, the beginning of ids and one * at its end, or a function",
      pattern
    )
  const beginning = pattern.slice(0, star)
  const matches =
    star === -1 ? (account: string) => account === pattern : (account: string) => account.startsWith(beginning)
  return { matches, name: JSON.stringify(pattern) }
}
