/**
 * The port: what a store is, and what it can fail with.
 */
export { type CallOptions, defineStore, type StoreFunctions } from "./define-store.ts"
export * from "./errors.ts"
export { QuotaStore } from "./port.ts"
export type * from "./port.ts"
