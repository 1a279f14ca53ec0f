/**
 * A proxy for tests: between a client and a store, it loses what it is told to lose.
 */
export type { Action, Decide, Request } from "./connection.ts"
export { Proxy } from "./proxy.ts"
