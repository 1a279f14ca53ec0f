/**
 * All of them.
 */
import type { Check } from "./check.ts"
import { ledgerChecks } from "./ledger.ts"
import { lockChecks } from "./locks.ts"
import { sweepChecks } from "./sweep.ts"
import { viewChecks } from "./views.ts"

export const checks: ReadonlyArray<Check> = [...ledgerChecks, ...viewChecks, ...lockChecks, ...sweepChecks]
