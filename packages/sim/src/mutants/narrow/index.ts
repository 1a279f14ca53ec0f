/**
 * For each invariant a store that only this invariant finds.
 */
import type { Patch } from "../patch.ts"
import { narrowAnswers } from "./answers.ts"
import { narrowSums } from "./sums.ts"

export const narrowBugs: ReadonlyArray<Patch> = [...narrowSums, ...narrowAnswers]
