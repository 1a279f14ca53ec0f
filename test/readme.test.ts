/**
 * The README quotes code that runs: each of its TypeScript blocks is a region of `examples/readme.ts`, which the examples' test runs and `tsc` checks.
 */
import { readFileSync } from "node:fs"

import { assert, test } from "vitest"

const read = (path: string): string => readFileSync(new URL(`../${path}`, import.meta.url), "utf8")

const regions = (source: string): ReadonlyArray<string> =>
  [...source.matchAll(/^( *)\/\/ #region \w+\n(.*?)^ *\/\/ #endregion/gms)].map(([, indent = "", body = ""]) =>
    body.trimEnd().replaceAll(new RegExp(`^${indent}`, "gm"), "")
  )

test("every TypeScript block of the README is a region of the example that runs", () => {
  const blocks = [...read("README.md").matchAll(/^```ts\n(.*?)\n```$/gms)].map(([, block = ""]) => block)
  assert.isAtLeast(blocks.length, 3)
  assert.deepStrictEqual(blocks, regions(read("examples/readme.ts")))
})
