/**
 * All of them.
 */
import type { Check } from "./check.ts"

export const checks: ReadonlyArray<Check> = []
