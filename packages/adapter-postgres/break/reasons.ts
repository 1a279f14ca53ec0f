/**
 * Why a mutant that no test sees is the same program.
 */
import type { Reason } from "../../sim/break/reasons.ts"

export const reasons: ReadonlyArray<Reason> = []
