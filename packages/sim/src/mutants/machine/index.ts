/**
 * Bugs of the machine. The memory store answers with the machine, so only a second formulation, the Book, can see them.
 */
import type { Patch } from "../patch.ts"
import { admissionBugs } from "./admission.ts"
import { endingBugs } from "./endings.ts"
import { idBugs } from "./ids.ts"
import { timeBugs } from "./time.ts"

export const machineBugs: ReadonlyArray<Patch> = [...admissionBugs, ...idBugs, ...timeBugs, ...endingBugs]
