/**
 * The port: what a store is, and what it can fail with.
 */
export { batched, type BatchedOptions, readBatchedOptions } from "./batched.ts"
export { checked } from "./checked.ts"
export { type CallOptions, defineStore, type StoreFunctions } from "./define-store.ts"
export * from "./errors.ts"
export { type Bounds, Flushes, type StartDeadline } from "./flushes.ts"
export { inOneStep, type Prepare } from "./flush-request.ts"
export { insured } from "./insured.ts"
export type { AdmitWhenDown, DenyWhenDown, InsuredOptions } from "./insured-options.ts"
export { windowOfKey } from "./operator.ts"
export type { KeptAccount, LedgerRow, Repair, RepairOptions, StoreOperator, Sums } from "./operator.ts"
export { QuotaStore } from "./port.ts"
export type * from "./port.ts"
export { route } from "./route.ts"
export type { AccountPattern, Route, RouteOptions } from "./route-table.ts"
