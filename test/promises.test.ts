/** Every test that docs/promises.md names is there. */
import * as fs from "node:fs"
import * as path from "node:path"
import { describe, expect, test } from "vitest"

const root = path.join(import.meta.dirname, "..")
const text = fs.readFileSync(path.join(root, "docs/promises.md"), "utf8")

/** `packages/<file>`: "<name as the source writes it>" */
const named = [...text.matchAll(/`([\w/.-]+\.test\.ts)`: "([^"]+)"/g)].map(([, file, name]) => [file!, name!] as const)

/** A cell that says where the test is and names none would be passed over. */
const cells = text.match(/`[\w/.-]+\.test\.ts`/g) ?? []

describe("the promises", () => {
  test("name their tests, one in each row", () => {
    const rows = text
      .slice(0, text.indexOf("## What is not promised"))
      .split("\n")
      .filter((line) => line.startsWith("|") && !/^\|( fault|---| what)/.test(line))
    expect(rows.length).toBeGreaterThan(40)
    expect(rows.filter((row) => !/\.test\.ts`: "/.test(row))).toEqual([])
    expect(named.length).toBe(cells.filter((cell) => cell !== "`test/promises.test.ts`").length)
  })

  test.for(named)("%s: %s", ([file, name]) => {
    const source = fs.readFileSync(path.join(root, "packages", file), "utf8")
    // Where a name is written: after `test(`, `it(`, `test.for([…])(` and the like.
    const written = new RegExp(`\\(\\s*["\`]${name.replaceAll(/[$()*+.?[\\\]^{|}]/g, "\\$&")}["\`]`)
    expect(written.test(source)).toBe(true)
  })
})
