import { assert, describe, it } from "vitest"

import { toJson } from "../../src/report/json.ts"
import { explore } from "../../src/index.ts"
import { dawdling, hanging, locking, promising, racing, saying, sleeping, yielding } from "./stores.ts"

const seeds = [1, 2, 3]

describe("stores that are right pass, also those that wait", () => {
  for (const [name, store] of Object.entries({ yielding, locking, sleeping, promising })) {
    it(name, async () => {
      const report = await explore({ store, runs: 400, seed: 5 })
      assert.isTrue(report.ok, report.failure?.because)
      // One that does not go through the world's scheduler cannot be stopped, so that nothing overlaps inside it.
      if (store !== promising) assert.isAbove(report.histories.judged, 100)
    })
  }
})

it("the search for an order says the same each time", async () => {
  const reports = [
    await explore({ store: yielding, runs: 300, seed: 4 }),
    await explore({ store: yielding, runs: 300, seed: 4 })
  ]
  assert.equal(toJson(reports[0]!), toJson(reports[1]!))
  assert.isAbove(reports[0]!.histories.judged, 100)
}, 30_000)

it("a check, then an act: found, and shrunk to the two that meet", async () => {
  for (const seed of seeds) {
    const { failure } = await explore({ store: racing, runs: 2_000, seed })
    assert.isNotNull(failure)
    assert.isAtMost(failure.steps.length, 8)
    assert.isNotNull(failure.steps.at(-1)!.violation)
  }
}, 30_000)

it("a store that hangs is I10", async () => {
  for (const seed of seeds) {
    const { failure } = await explore({ store: hanging, runs: 200, seed })
    assert.equal(failure?.invariant, "I10")
    assert.match(failure!.because, /never ended/)
    assert.isAtMost(failure!.steps.length, 4)
  }
}, 30_000)

it("a call that takes longer than a call may is I10", async () => {
  for (const seed of seeds) {
    const { failure } = await explore({ store: dawdling, runs: 200, seed })
    assert.equal(failure?.invariant, "I10")
    assert.match(failure!.because, /'s reserve .* took .*: a call may take /)
    assert.isAtMost(failure!.steps.length, 4)
  }
}, 30_000)

describe("shrinking", () => {
  const doubled = saying((outcome, command) =>
    outcome._tag === "Denied" && command.kind === "reserve" ? { ...outcome, reason: "overflow" } : outcome
  )

  it("to a few steps, and the replay breaks the same", async () => {
    for (const seed of seeds) {
      const { failure } = await explore({ store: doubled, runs: 500, seed })
      assert.equal(failure?.invariant, "I9")
      assert.isAtMost(failure!.steps.length, 3)
      const again = await explore({ store: doubled, seed, tape: failure!.tape })
      assert.deepEqual(again.failure, failure)
    }
  })

  it("an invariant that is off is not found", async () => {
    const report = await explore({ store: doubled, runs: 300, invariants: ["I1", "I2"] })
    assert.isTrue(report.ok)
  })
})
