/** What the program loads before it knows what it is asked to do. */
import { readFileSync } from "node:fs"
import { dirname, join, relative } from "node:path"
import { fileURLToPath } from "node:url"
import { assert, describe, it } from "vitest"

const src = fileURLToPath(new URL("../../src", import.meta.url))

/** Static imports of values; types are erased, and `import()` waits. */
const staticImports = (file: string): ReadonlyArray<string> =>
  [...readFileSync(file, "utf8").matchAll(/^(?:import|export)\b(?!\s+type\b)[^"]*?from\s+"([^"]+)"/gm)].map(
    (match) => match[1] ?? ""
  )

describe("the program", () => {
  const files = new Set([join(src, "cli/main.ts")])
  const packages = new Set<string>()
  for (const file of files) {
    for (const name of staticImports(file)) {
      if (name.startsWith(".")) files.add(join(dirname(file), name))
      else packages.add(name)
    }
  }

  it("loads the commands' descriptions, and none of what they do", () => {
    const loaded = [...files].map((file) => relative(src, file))
    assert.includeMembers(loaded, ["cli/commands/explore.ts", "cli/commands/replay.ts", "cli/commands/start.ts"])
    for (const file of loaded) assert.match(file, /^(cli\/|report\/model\.ts|replay\/(settings|price)\.ts)/)
  })

  it("loads no package: no Effect, no fast-check, no adapter", () => {
    for (const name of packages) assert.match(name, /^node:/)
  })
})
