import { describe, expect, it } from "vitest"

import { buildStore } from "../../src/mutants/build.ts"
import { firstDifference } from "../../src/mutants/difference.ts"
import { machineBugs } from "../../src/mutants/machine/index.ts"

// The bug that hides best shows in one program of 500, over ten seeds.
const PROGRAMS = 2_000
const SEED = 1
const TIMEOUT_MS = 60_000 // on a busy machine

describe("the Book", () => {
  it("agrees with the machine as it is", { timeout: TIMEOUT_MS }, async () => {
    const make = await buildStore({ name: "as-it-is", what: "", edits: [] })
    expect(firstDifference(make, SEED, 100)).toBe(undefined)
  })

  it.each(machineBugs)("sees that $what", { timeout: TIMEOUT_MS }, async (patch) => {
    const make = await buildStore(patch)
    expect(firstDifference(make, SEED, PROGRAMS)).not.toBe(undefined)
  })
})
