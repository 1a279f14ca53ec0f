/** Group commit under the explorer: over a store that yields, so that calls meet in one flush. */
import { memoryStore } from "@tallystick/adapter-memory"
import type { Settings } from "@tallystick/core/machine"
import { batched, type BatchedOptions, type QuotaStore } from "@tallystick/core/store"
import * as Effect from "effect/Effect"
import { expect, test } from "vitest"

import { explore } from "../../src/index.ts"

const bounds: ReadonlyArray<readonly [ordered: boolean, options: BatchedOptions]> = [
  [false, { maxFlushes: 2 }],
  [true, { maxFlushes: 3, maxCommands: 1 }]
]

test.each(bounds)(
  "every invariant holds, and calls do leave together, or one account's beside each other (ordered: %s)",
  async (ordered, options) => {
    let together = 0
    let beside = 0
    const makeStore = (settings: Settings): QuotaStore => {
      const inner = memoryStore(settings)
      const underWay: Array<ReadonlySet<string>> = []
      const yielding: QuotaStore = {
        ...inner,
        capabilities: { ...inner.capabilities, ordered },
        execute: (commands) =>
          Effect.suspend(() => {
            const accounts = new Set(commands.flatMap(({ legs }) => legs.map(({ account }) => account)))
            if (commands.length > 1) together++
            if (underWay.some((others) => [...others].some((one) => accounts.has(one)))) beside++
            underWay.push(accounts)
            const landed = Effect.sync(() => underWay.splice(underWay.indexOf(accounts), 1))
            return Effect.ensuring(Effect.andThen(Effect.yieldNow, inner.execute(commands)), landed)
          })
      }
      return batched(yielding, options)
    }
    const report = await explore({ store: makeStore, seed: 3, runs: 1_000 })
    expect(report.failure).toBeNull()
    expect(ordered ? beside : together).toBeGreaterThan(100)
  },
  60_000
)
