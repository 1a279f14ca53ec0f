/**
 * All checks of the suite, in the order in which they tell most.
 */
import type { Check } from "./check.ts"
import { adjustChecks } from "./checks/adjust.ts"
import { deadlineChecks } from "./checks/deadlines.ts"
import { forgettingChecks } from "./checks/forgetting.ts"
import { growthChecks } from "./checks/growth.ts"
import { inputChecks } from "./checks/input.ts"
import { legsDifferChecks } from "./checks/legs-differ.ts"
import { numberChecks } from "./checks/numbers.ts"
import { operatorChecks } from "./checks/operators.ts"
import { raceChecks } from "./checks/races.ts"
import { refusalChecks } from "./checks/refusals.ts"
import { retryChecks } from "./checks/retry.ts"
import { strangeIdChecks } from "./checks/strange-ids.ts"
import { finalizeTable, releaseTable } from "./checks/table-endings.ts"
import { extendTable, lookupTable } from "./checks/table-extend.ts"
import { chargeTable, reserveTable } from "./checks/table-openings.ts"
import { windowChecks } from "./checks/windows.ts"
import { modelCheck } from "./model/model.ts"
import { readOptions } from "./options.ts"
import type { ContractOptions } from "./options.ts"

/**
 * The checks of `contract`, for whoever has no vitest or wants to run some of them: open a subject with `openContract`, then `check.run(subject)`.
 *
 * @example
 * const { subject, end } = await openContract(layer)
 * for (const check of contractChecks()) await check.run(subject)
 * await end()
 */
export const contractChecks = (options: ContractOptions = {}): ReadonlyArray<Check> => {
  const read = readOptions(options)
  return [
    ...reserveTable,
    ...extendTable,
    ...finalizeTable,
    ...releaseTable,
    ...chargeTable,
    ...lookupTable,
    ...legsDifferChecks,
    ...refusalChecks,
    ...growthChecks,
    ...retryChecks,
    ...adjustChecks,
    ...inputChecks,
    ...numberChecks,
    ...strangeIdChecks(read.strangeIds, read.seed),
    ...windowChecks,
    ...deadlineChecks,
    ...forgettingChecks,
    ...operatorChecks,
    ...raceChecks(read.seed),
    modelCheck(read)
  ]
}
