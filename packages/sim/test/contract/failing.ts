/**
 * Runs the checks of the suite without a test runner, and says which fail.
 */
import { QuotaStore } from "@tallystick/core/store"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"

import { contractChecks, openContract, Skipped } from "../../src/contract/index.ts"
import type { ContractOptions } from "../../src/contract/index.ts"

export type Make = () => QuotaStore | Promise<QuotaStore>

export interface Verdicts {
  readonly failed: ReadonlyArray<{ readonly check: string; readonly because: string }>
  readonly skipped: ReadonlyArray<{ readonly check: string; readonly because: string }>
  readonly passed: number
}

/** All verdicts, or those up to the `most`th failure. */
export const verdicts = async (make: Make, options: ContractOptions, most = Infinity): Promise<Verdicts> => {
  const { subject, end } = await openContract(
    Layer.effect(
      QuotaStore,
      Effect.promise(async () => make())
    ),
    options
  )
  const failed: Array<Verdicts["failed"][number]> = []
  const skipped: Array<Verdicts["skipped"][number]> = []
  let passed = 0
  for (const { group, name, run } of contractChecks(options)) {
    if (failed.length >= most) break
    const check = `${group}: ${name}`
    try {
      await run(subject)
      passed++
    } catch (error) {
      const because = error instanceof Error ? error.message : String(error)
      if (error instanceof Skipped) skipped.push({ check, because })
      else failed.push({ check, because })
    }
  }
  await end()
  return { failed, skipped, passed }
}
