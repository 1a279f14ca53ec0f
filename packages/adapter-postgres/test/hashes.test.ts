/**
 * A migration is never edited once it is released: a database that has it would refuse the code (see `migrate`).
 */
import { readFileSync } from "node:fs"

import { assert, expect, test } from "vitest"

import { hashOf } from "../src/migrate.ts"
import { migrations } from "../src/schema.ts"

const read = (path: string) => JSON.parse(readFileSync(new URL(`../${path}`, import.meta.url), "utf8"))

const whatToDo = (name: string, version: string): string =>
  version === "0.0.0"
    ? `sql/${name} is not what sql/hashes.json says. Nothing is released yet: node packages/adapter-postgres/scripts/hash.mjs`
    : `sql/${name} has been released and must stay as it was: take the edit back, and write the change as a new numbered file. Of a new file: node packages/adapter-postgres/scripts/hash.mjs`

/** What is to be done, for each file that is not as the list says. */
const complaints = (
  files: Readonly<Record<string, string>>,
  hashes: Readonly<Record<string, string>>,
  version: string
): ReadonlyArray<string> =>
  [...new Set([...Object.keys(files), ...Object.keys(hashes)])]
    .filter((name) => hashOf(files[name] ?? "") !== hashes[name])
    .map((name) => whatToDo(name, version))

test("every migration is what its hash says", () => {
  const files = Object.fromEntries(migrations.map(({ name, text }) => [name, text]))
  assert.isAtLeast(migrations.length, 3)
  expect(complaints(files, read("sql/hashes.json"), read("package.json").version)).toEqual([])
})

test("an edited, a new and a removed one are told, with what to do before and after the first release", () => {
  const hashes = { a: hashOf("one") }
  expect(complaints({ a: "one" }, hashes, "0.0.0")).toEqual([])
  for (const files of [{ a: "two" }, { a: "one", b: "" }, {}] as ReadonlyArray<Record<string, string>>) {
    expect(complaints(files, hashes, "0.0.0").join()).toContain("node packages/adapter-postgres/scripts/hash.mjs")
    expect(complaints(files, hashes, "1.0.0").join()).toContain("take the edit back, and write the change as a new")
  }
})
