import { describe, expect, it } from "vitest"

import { brokenStores } from "../../src/mutants/broken/index.ts"
import { buildStore } from "../../src/mutants/build.ts"
import { machineBugs } from "../../src/mutants/machine/index.ts"
import { narrowBugs } from "../../src/mutants/narrow/index.ts"

const all = [...machineBugs, ...brokenStores, ...narrowBugs]

describe("a patch", () => {
  it("has a name of its own", () => {
    expect(new Set(all.map((patch) => patch.name)).size).toBe(all.length)
  })

  it("fails by name if its text is not there, or stands there twice", async () => {
    const file = "core/src/machine/refuse.ts"
    const patch = (find: string) => ({ name: "typo", what: "", edits: [{ file, find, replace: "" }] })
    await expect(buildStore(patch("no such text"))).rejects.toThrow(`typo: its text stands 0 times in ${file}`)
    await expect(buildStore(patch("const { used"))).rejects.toThrow("times in")
  })

  it("fails by name if its file is not there", async () => {
    const patch = { name: "lost", what: "", edits: [{ file: "core/src/machine/nowhere.ts", find: "a", replace: "b" }] }
    await expect(buildStore(patch)).rejects.toThrow("lost: there is no file core/src/machine/nowhere.ts")
  })
})
