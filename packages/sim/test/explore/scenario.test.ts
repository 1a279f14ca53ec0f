import { createQuota, OutcomeUnknownError, QuotaDenied } from "@tallystick/core"
import type { Command } from "@tallystick/core/machine"
import * as Effect from "effect/Effect"
import { assert, it } from "vitest"

import { explore } from "../../src/index.ts"
import type { ScenarioClient } from "../../src/index.ts"

const account = { account: "user:ada", window: { kind: "none" }, unit: "tokens", limit: 10 } as const

/** Looks whether there is room, and charges then. */
const naive = async ({ store, index }: ScenarioClient): Promise<void> => {
  const [seen] = await Effect.runPromise(store.usage([account]))
  if (seen!.spendable! < 6) return
  const charge: Command = { kind: "charge", id: `call${index}`, legs: [{ ...account, amount: 6 }] }
  await Effect.runPromise(store.execute([charge]))
}

/** Reserves first. A caller whose answers are all lost is told so, and gives up. */
const careful = async (client: ScenarioClient): Promise<void> => {
  const quota = createQuota({ store: client.store, ...client.runtime })
  const limits = [{ account: "user:ada", unit: "tokens", limit: 10 }]
  try {
    await quota.guard({ limits, estimate: { tokens: 6 } }, async (call) => {
      await client.sleep(client.pick(3) * 1_000)
      call.used({ tokens: 5 })
    })
  } catch (error) {
    if (!(error instanceof OutcomeUnknownError || error instanceof QuotaDenied)) throw error
  }
  await quota.close()
}

it("finds a check-then-act in the user's own code, the same one each time", async () => {
  const reports = [
    await explore({ scenario: naive, runs: 200, seed: 3 }),
    await explore({ scenario: naive, runs: 200, seed: 3 })
  ]
  const [first, second] = reports
  assert.equal(first!.failure?.invariant, "I1")
  assert.include(first!.failure!.because, "made used 12 of limit 10")
  assert.isAtMost(first!.failure!.steps.length, 8)
  assert.equal(JSON.stringify(first), JSON.stringify(second))
}, 30_000)

it("code that reserves first passes, with the promise front and lost answers", async () => {
  const report = await explore({ scenario: careful, runs: 40, seed: 3, clients: 3, faults: true })
  assert.isTrue(report.ok, report.failure?.because)
  assert.isAbove(report.messages, 40)
  assert.isAbove(report.faults.lost, 0)
}, 60_000)

it("what a scenario throws is a failure", async () => {
  const report = await explore({
    runs: 5,
    scenario: async ({ index }) => {
      if (index === 1) throw new Error("12 tokens were spent")
    }
  })
  assert.include(report.failure!.because, "12 tokens were spent")
})

it("a scenario that waits for what is not in its world hangs", async () => {
  const report = await explore({ runs: 2, scenario: () => new Promise(() => {}) })
  assert.equal(report.failure!.invariant, "I10")
})
