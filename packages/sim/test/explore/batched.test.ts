/** Group commit under the explorer: over a store that yields, so that calls meet in one flush. */
import { memoryStore } from "@tallystick/adapter-memory"
import type { Settings } from "@tallystick/core/machine"
import { batched, type QuotaStore } from "@tallystick/core/store"
import * as Effect from "effect/Effect"
import { expect, test } from "vitest"

import { explore } from "../../src/index.ts"

test("every invariant holds, and calls do leave together", async () => {
  let together = 0
  const makeStore = (settings: Settings): QuotaStore => {
    const inner = memoryStore(settings)
    const yielding: QuotaStore = {
      ...inner,
      execute: (commands) => {
        if (commands.length > 1) together++
        return Effect.andThen(Effect.yieldNow, inner.execute(commands))
      }
    }
    return batched(yielding, { maxFlushes: 2 })
  }
  const report = await explore({ store: makeStore, seed: 3, runs: 1_000 })
  expect(report.failure).toBeNull()
  expect(together).toBeGreaterThan(100)
}, 60_000)
