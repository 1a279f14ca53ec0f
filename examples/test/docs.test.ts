/**
 * The documentation quotes code that runs: each TypeScript block of these pages is a region of an example, which `tsc` checks and this runs.
 */
import { execFile } from "node:child_process"
import { readdirSync, readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"

import { isNone, postgresServer, redisServer } from "@tallystick/test-servers"
import { assert, describe, it } from "vitest"

const root = new URL("../../", import.meta.url)
const read = (path: string): string => readFileSync(new URL(path, root), "utf8")

/** What stands between `// #region name` and `// #endregion`, without its indentation. */
const regionsOf = (path: string): ReadonlyArray<string> =>
  [...read(path).matchAll(/^( *)\/\/ #region [\w-]+\n(.*?)^ *\/\/ #endregion/gms)].map(([, indent = "", body = ""]) =>
    body.trimEnd().replaceAll(new RegExp(`^${indent}`, "gm"), "")
  )
const blocksOf = (page: string, language: string): ReadonlyArray<string> =>
  [...read(page).matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)\\n\`\`\`$`, "gms"))].map(([, block = ""]) => block)

/** The examples of each page. */
const pages: Readonly<Record<string, ReadonlyArray<string>>> = {
  "README.md": ["docs/quick-start.ts", "readme.ts"],
  "docs/quick-start.md": ["docs/quick-start.ts", "docs/quick-start-redis.ts", "docs/quick-start-postgres.ts"],
  "docs/turns.md": ["docs/turns.ts"],
  "docs/money.md": ["docs/money.ts"],
  "docs/http.md": ["presets.ts"],
  "docs/presets.md": ["presets.ts"],
  "docs/ai-sdk.md": ["docs/ai-sdk.ts"],
  "docs/effect.md": ["docs/effect.ts"],
  "docs/insured.md": ["docs/insured.ts"],
  "docs/observing.md": ["docs/observing.ts"],
  "docs/scaling.md": ["docs/scaling.ts"],
  "docs/storm.md": ["docs/storm-store.ts", "docs/storm-proxy.ts"]
}

/** Pages whose blocks the tests of their packages run. */
const elsewhere = ["CONTRIBUTING.md", "docs/adapters.md", "docs/postgres.md", "docs/redis.md", "docs/simulator.md"]

describe("the documentation", () => {
  for (const [page, examples] of Object.entries(pages))
    it(`${page} quotes its examples, and no other code`, () => {
      const blocks = blocksOf(page, "ts")
      const regions = examples.flatMap((example) => regionsOf(`examples/${example}`))
      assert.isAtLeast(blocks.length, 1)
      for (const block of blocks) assert.include(regions, block)
    })

  it("every page with code is among these", () => {
    const all = [...readdirSync(new URL("docs", root)).map((name) => `docs/${name}`), "README.md", "CONTRIBUTING.md"]
    const quoting = all.filter((page) => page.endsWith(".md") && blocksOf(page, "ts").length > 0)
    assert.deepEqual(quoting.toSorted(), [...Object.keys(pages), ...elsewhere].toSorted())
  })
})

const run = async (example: string, env: Readonly<Record<string, string>> = {}): Promise<string> => {
  const { stderr, stdout } = await promisify(execFile)(process.execPath, [example], {
    cwd: fileURLToPath(new URL("examples", root)),
    env: { PATH: process.env["PATH"], ...env }
  })
  assert.strictEqual(stderr, "")
  // How long it takes until a window ends depends on the hour.
  return stdout.trim().replaceAll(/resets in [\d.]+ \w+/g, "resets in a while")
}

const printed: Readonly<Record<string, ReadonlyArray<string>>> = {
  "docs/quick-start.ts": [
    ...Array.from({ length: 5 }, () => "200 Because it scatters."),
    `429 {"type":"https://iana.org/assignments/http-problem-types#quo`
  ],
  "docs/turns.ts": [
    "charged",
    "900",
    "done",
    "debited 812",
    "debited 812",
    "unknown",
    "used 4532, reserved 0, slots 0, requests 4"
  ],
  "docs/money.ts": ["{ microusd: 8125 }", "1250000", "used 16250, reserved 0"],
  "docs/ai-sdk.ts": ["Because it scatters.", "200 Because it scatters.", "used 1800, reserved 0"],
  "docs/effect.ts": ["Because it scatters. used 900, reserved 0"],
  "docs/insured.ts": ["insured: true", "delivered: false, journaled: true", "NotAppliedError"],
  "docs/scaling.ts": ["1 2 0"],
  "docs/storm-proxy.ts": ["true false"],
  "docs/observing.ts": ["denied, cost more than was held, ended without a report", "the collector has heard of it"]
}

describe("the examples of the documentation print what they say", { concurrent: true }, () => {
  for (const [example, lines] of Object.entries(printed))
    it(example, async () => assert.deepEqual((await run(example)).split("\n"), [...lines]))

  it("docs/quick-start-redis.ts", async ({ skip }) => {
    const server = await redisServer()
    if (isNone(server)) return skip()
    assert.strictEqual(await run("docs/quick-start-redis.ts", { REDIS_URL: server.url }), "used 900, reserved 0")
  })

  it("docs/quick-start-postgres.ts", async ({ skip }) => {
    const server = await postgresServer()
    if (isNone(server)) return skip()
    const shown = await run("docs/quick-start-postgres.ts", { DATABASE_URL: server.url })
    assert.deepEqual(shown.split("\n"), [
      "200 Because it scatters.",
      "200 Because it scatters.",
      `402 {"type":"about:blank","title":"Not enough credit","status":4`,
      "used 16250 of 20000"
    ])
  })
})
