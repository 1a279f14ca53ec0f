import { describe, expect, it } from "vitest"

import { buildStore } from "../../src/mutants/build.ts"
import { firstDifference } from "../../src/mutants/difference.ts"
import { machineBugs } from "../../src/mutants/machine/index.ts"

/** Ten times what the bug that hides best needs, over 100 seeds. */
const PROGRAMS = 2_000
const SEED = 1

describe("the Book", () => {
  it("agrees with the machine as it is", async () => {
    const make = await buildStore({ name: "as-it-is", what: "", edits: [] })
    expect(firstDifference(make, SEED, 300)).toBe(undefined)
  })

  it.each(machineBugs)("sees that $what", async (patch) => {
    const make = await buildStore(patch)
    expect(firstDifference(make, SEED, PROGRAMS)).not.toBe(undefined)
  })
})
