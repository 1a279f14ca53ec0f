/**
 * The port: what a store is, and what it can fail with.
 */
export * from "./errors.ts"
export { QuotaStore } from "./port.ts"
export type * from "./port.ts"
