/**
 * The contract that every store keeps, as a suite that an adapter passes.
 */
export type { Check } from "./check.ts"
export { contractChecks } from "./checks.ts"
export { contract } from "./contract.ts"
export { Broken } from "./differ.ts"
export { openContract } from "./open.ts"
export type { ContractOptions } from "./options.ts"
export { Skipped } from "./skipped.ts"
export type { Opened, Subject } from "./subject.ts"
