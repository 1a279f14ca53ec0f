/**
 * What the main entry costs and shows.
 */
import { execFile } from "node:child_process"
import { readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"

import { assert, describe, it } from "vitest"

const source = (path: string) => fileURLToPath(new URL(`../../src/${path}`, import.meta.url))

/** All modules that an entry loads, asked of node itself. */
const loadedBy = async (entry: string): Promise<ReadonlyArray<string>> => {
  const script = `
    import { registerHooks } from "node:module"
    const seen = []
    registerHooks({ load: (url, context, next) => { seen.push(url); return next(url, context) } })
    await import(${JSON.stringify(entry)})
    console.log(JSON.stringify(seen))`
  const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "-e", script])
  return JSON.parse(stdout) as ReadonlyArray<string>
}

describe("the front", () => {
  // It starts node twice, which takes seconds on a busy machine.
  it(
    "is cheap to import: no effect/Schema, not the barrel, nothing but Effect and itself",
    { timeout: 60_000 },
    async () => {
      for (const entry of ["index.ts", "effect.ts"]) {
        const modules = await loadedBy(source(entry))
        assert.isAbove(modules.length, 50)
        assert.deepEqual(
          modules.filter((url) => /\/effect\/dist\/(index|Schema|schema\/.*)\.js$/.test(url)),
          []
        )
        assert.deepEqual(
          modules.filter((url) => !url.includes("/packages/core/src/") && !url.includes("/effect/dist/")),
          []
        )
      }
    }
  )

  it("names no type of Effect in what it exports, but where the word Store stands for one", () => {
    // The modules whose types the entry re-exports, followed through the sources' type imports.
    const plain = [
      "limit",
      "denial",
      "errors",
      "handle",
      "journal",
      "observer",
      "settings",
      "settlement",
      "promise/quota",
      "promise/options",
      "promise/reservation"
    ]
    for (const name of plain) {
      const text = readFileSync(source(`service/${name}.ts`), "utf8")
      for (const line of text.split("\n")) {
        const exported = /^(export interface|export type|  readonly )/.test(line)
        if (exported) assert.notMatch(line, /\b(Effect|Layer|Context|Fiber|Scope)\.[A-Z]/, `${name}: ${line}`)
      }
    }
  })
})
