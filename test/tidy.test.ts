/** What no linter looks at: the lockfile, the Book, files too long and words left behind. The length of functions is oxlint's. */
import * as fs from "node:fs"
import * as path from "node:path"
import { assert, describe, it } from "vitest"

const root = path.resolve(import.meta.dirname, "..")
const read = (file: string): string => fs.readFileSync(path.join(root, file), "utf8")

// Package by package: a walk of packages/ would go round through the links that node_modules holds to the workspace.
const sources = fs
  .readdirSync(path.join(root, "packages"))
  .map((name) => path.join("packages", name, "src"))
  .filter((folder) => fs.existsSync(path.join(root, folder)))
  .flatMap((folder) =>
    fs
      .readdirSync(path.join(root, folder), { recursive: true, encoding: "utf8" })
      .map((file) => path.join(folder, file))
  )
  .filter((file) => fs.statSync(path.join(root, file)).isFile())

/** Every import and re-export of a file, but those of types alone, which are erased. */
const valueImports = (text: string): ReadonlyArray<string> =>
  [...text.matchAll(/\b(?:import|export)\b(?!\s+type\b)[^"'`;]*?["']([^"']+)["']/g)].map((match) => match[1] ?? "")

const offenders = (isBad: (text: string) => boolean): ReadonlyArray<string> =>
  sources.filter((file) => isBad(read(file)))

describe("the files under packages/*/src", () => {
  it("have at most 300 lines", () => {
    assert.isAbove(sources.length, 0)
    assert.deepStrictEqual(
      offenders((text) => text.split("\n").length > 301),
      []
    )
  })

  it("leave no word about work left to do", () => {
    assert.deepStrictEqual(
      offenders((text) => /\b(TODO|FIXME|XXX)\b/.test(text)),
      []
    )
  })
})

describe("the lockfile", () => {
  it("names no registry", () => assert.notMatch(read("pnpm-lock.yaml"), /https?:|registry\./))
  it("has no npm or yarn lockfile beside it", () => {
    for (const name of ["package-lock.json", "npm-shrinkwrap.json", "yarn.lock", ".npmrc"]) {
      assert.isFalse(fs.existsSync(path.join(root, name)), name)
    }
  })
})

describe("the Book", () => {
  const book = "packages/sim/src/oracle/book.ts"

  it("sees every import but those of types", () => {
    const text = `import type { A } from "a"\nimport { b } from "b"\nexport * from "c"\nawait import("d")\nexport type { E } from "e"\nimport "f"\nimport { type G } from "g"`
    assert.deepStrictEqual(valueImports(text), ["b", "c", "d", "f", "g"])
  })

  it.skipIf(!fs.existsSync(path.join(root, book)))("is at most 250 lines", () => {
    assert.isAtMost(read(book).split("\n").length - 1, 250)
  })

  it.skipIf(!fs.existsSync(path.join(root, book)))("shares no code with core, nor does anything it imports", () => {
    const reached = new Set([book])
    for (const file of reached) {
      for (const name of valueImports(read(file))) {
        assert.match(name, /^\./, `${file} imports ${name}`)
        reached.add(path.join(path.dirname(file), name))
      }
    }
  })
})
