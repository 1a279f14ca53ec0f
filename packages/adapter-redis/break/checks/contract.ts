/**
 * The contract suite on the script, without its programs: the runner has its own.
 */
import { QuotaStore } from "@tallystick/core/store"
import { contractChecks, openContract, Skipped } from "@tallystick/sim/contract"
import * as Layer from "effect/Layer"

import { redisStore } from "../../src/index.ts"
import { Bench } from "../bench.ts"
import type { Check } from "../check.ts"

const options = { programs: 1, strangeIds: 10, callers: 8 }

export const contractCheck: Check = {
  name: "contract",
  run: async (client, script) => {
    const { driver } = new Bench(client, script)
    const { subject, end } = await openContract(
      Layer.sync(QuotaStore, () => redisStore({ driver, prefix: "p:", clock: "caller" })),
      options
    )
    for (const check of contractChecks(options)) {
      if (check.group === "model equivalence") continue
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
