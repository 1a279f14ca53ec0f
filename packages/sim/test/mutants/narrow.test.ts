import { describe, expect, it } from "vitest"

import { buildStore } from "../../src/mutants/build.ts"
import { hunt, huntWithout } from "../../src/mutants/hunt.ts"
import { narrowBugs } from "../../src/mutants/narrow/index.ts"
import { invariantIds } from "../../src/oracle/checks.ts"

// Ten seeds: `tallystick mutants`.
const SEEDS = [1]
const RUNS = 2_000
const RUNS_WITHOUT = 200
const TIMEOUT_MS = 60_000 // on a busy machine

describe("for each invariant", () => {
  it("there is a bug that breaks it", () => {
    expect(new Set(narrowBugs.map((patch) => patch.expects))).toStrictEqual(new Set(invariantIds))
  })

  it.each(narrowBugs)("$expects alone finds a store: $what", { timeout: TIMEOUT_MS }, async (patch) => {
    const make = await buildStore(patch)
    const found = await hunt({ make, seeds: SEEDS, runs: RUNS })
    expect(found.map((one) => one.invariant)).toStrictEqual(SEEDS.map(() => patch.expects))
    const others = await huntWithout(patch, make, found, RUNS_WITHOUT)
    expect(others.map((one) => one.because)).toStrictEqual(SEEDS.map(() => ""))
  })
})
