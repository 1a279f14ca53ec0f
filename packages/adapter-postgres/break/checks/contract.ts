/**
 * The contract suite on the schema, without its programs and its races: the breaker has its own. And without what never comes as far as the SQL.
 */
import { QuotaStore } from "@tallystick/core/store"
import { contractChecks, openContract, Skipped } from "@tallystick/sim/contract"
import * as Layer from "effect/Layer"

import { postgresStore } from "../../src/index.ts"
import type { Check } from "../../test/checks/check.ts"

const left: ReadonlyArray<string> = ["model equivalence", "races", "bad input"]
const options = { programs: 1, strangeIds: 10, callers: 8 }

export const contractCheck: Check = {
  name: "contract",
  run: async ({ pool, schema }) => {
    const { subject, end } = await openContract(
      Layer.sync(QuotaStore, () => postgresStore({ pool, schema, clock: "caller", batch: false })),
      options
    )
    for (const check of contractChecks(options)) {
      if (left.includes(check.group)) continue
      try {
        await check.run(subject)
      } catch (error) {
        if (!(error instanceof Skipped))
          throw new Error(`${check.group}: ${check.name}: ${String(error)}`, { cause: error })
      }
    }
    await end()
  }
}
