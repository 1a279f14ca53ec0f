/** Each TypeScript block of `docs/presets.md` and `docs/http.md` is a region of the example, and the example runs. */
import { execFile } from "node:child_process"
import { readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import { assert, describe, it } from "vitest"

const root = new URL("../../../../", import.meta.url)
const read = (path: string): string => readFileSync(new URL(path, root), "utf8")
const regions = [...read("examples/presets.ts").matchAll(/^\/\/ #region \w+\n(.*?)^\/\/ #endregion/gms)].map(
  ([, body = ""]) => body.trimEnd()
)
const blocksOf = (path: string) => [...read(path).matchAll(/^```ts\n(.*?)\n```$/gms)].map(([, block = ""]) => block)

describe("examples/presets.ts", () => {
  it("prints what it says", async () => {
    const { stderr, stdout } = await promisify(execFile)(process.execPath, ["presets.ts"], {
      cwd: fileURLToPath(new URL("examples", root)),
      env: { PATH: process.env["PATH"] }
    })
    assert.strictEqual(stderr, "")
    assert.deepEqual(stdout.trim().split("\n"), [
      "200 text/plain;charset=UTF-8",
      "200 text/plain;charset=UTF-8",
      "429 application/problem+json",
      "200",
      "true",
      "Because it scatters.",
      "4217 of 15000000"
    ])
  })

  for (const page of ["docs/presets.md", "docs/http.md"])
    it(`holds every block of ${page}`, () => {
      const blocks = blocksOf(page)
      assert.isAtLeast(blocks.length, 1)
      for (const block of blocks) assert.include(regions, block)
    })
})
