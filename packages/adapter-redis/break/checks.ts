/**
 * All fixed checks but the contract's, quick ones first.
 */
import type { Check } from "./check.ts"
import { askChecks } from "./checks/asks.ts"
import { clockChecks } from "./checks/clock.ts"
import { corruptChecks } from "./checks/corrupt.ts"
import { edgeChecks } from "./checks/edges.ts"
import { plainChecks } from "./checks/plain.ts"
import { holdsCheck, staleChecks } from "./checks/stale.ts"
import { wrongTypeChecks } from "./checks/wrong-type.ts"

export const checks: ReadonlyArray<Check> = [
  ...clockChecks,
  ...wrongTypeChecks,
  ...corruptChecks,
  ...plainChecks,
  ...askChecks,
  ...staleChecks,
  ...edgeChecks,
  holdsCheck
]
