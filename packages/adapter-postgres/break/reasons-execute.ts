/**
 * The same, of the machine's own function.
 */
import type { Reason } from "../../sim/break/reasons.ts"

export const reasonsOfExecute: ReadonlyArray<Reason> = []
