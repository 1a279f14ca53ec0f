import { describe, expect, it } from "vitest"

import { brokenStores } from "../../src/mutants/broken/index.ts"
import { races } from "../../src/mutants/broken/races.ts"
import { buildStore } from "../../src/mutants/build.ts"
import { hunt } from "../../src/mutants/hunt.ts"
import { MAX_STEPS } from "../../src/mutants/tally.ts"

// Ten seeds: `tallystick mutants`.
const SEEDS = [1, 2]
const RUNS = 2_000
const TIMEOUT_MS = 60_000 // on a busy machine

describe("the explorer", () => {
  it("finds nothing in the store as it is", { timeout: TIMEOUT_MS }, async () => {
    const make = await buildStore({ name: "as-it-is", what: "", edits: [] })
    const found = await hunt({ make, seeds: SEEDS, runs: 200 })
    expect(found.map((one) => one.because)).toStrictEqual(["", ""])
  })

  // One that hangs answers nothing.
  const answering = races.filter(({ name }) => name !== "locks-in-order-of-legs")
  it.each(answering)(
    "finds by the search for an order alone a store that $what",
    { timeout: TIMEOUT_MS },
    async (patch) => {
      const make = await buildStore(patch)
      for (const { runs, seed } of await hunt({ make, seeds: SEEDS, runs: RUNS, invariants: ["LIN"] }))
        expect(runs, `seed ${seed}`).not.toBe(null)
    }
  )

  it.each(brokenStores)("finds, in a few steps, a store that $what", { timeout: TIMEOUT_MS }, async (patch) => {
    const make = await buildStore(patch)
    for (const { runs, steps, seed } of await hunt({ make, seeds: SEEDS, runs: RUNS })) {
      expect(runs, `seed ${seed}`).not.toBe(null)
      expect(steps, `seed ${seed}`).toBeLessThanOrEqual(MAX_STEPS)
    }
  })
})
