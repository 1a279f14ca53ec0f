/**
 * All of them.
 */
import type { Check } from "./check.ts"
import { corruptChecks } from "./corrupt.ts"
import { holdsChecks } from "./holds.ts"
import { ledgerChecks } from "./ledger.ts"
import { lockChecks } from "./locks.ts"
import { sweepChecks } from "./sweep.ts"
import { viewChecks } from "./views.ts"

export const checks: ReadonlyArray<Check> = [
  ...ledgerChecks,
  ...corruptChecks,
  ...viewChecks,
  ...holdsChecks,
  ...lockChecks,
  ...sweepChecks
]
