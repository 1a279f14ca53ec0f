/**
 * Every example runs as it stands, and prints what it says.
 */
import { execFile } from "node:child_process"
import { readdirSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"

import { assert, describe, it } from "vitest"

const folder = fileURLToPath(new URL("..", import.meta.url))

const printed: Readonly<Record<string, string>> = {
  "guard.ts": [
    "Is it so? Yes.",
    "Is it still so? Yes.",
    "user:ada: 4000 tokens asked, 3000 of 10000 left, resets in a while",
    "used 7000, reserved 0, ok"
  ].join("\n"),
  "route.ts": [
    "visitor: Yes.",
    "visitor: anon_quota:session:s1: 6000 tokens asked, 4500 of 10000 left, resets in a while",
    "user: Yes.",
    `both: limits[1].account must be in the store of "user:ada" (route: otherwise), not in another (route: "anon*"), was "anon_quota:session:s1"`,
    "accounts: 4 anonymous, 1 registered",
    "user:ada: 48000 of 5000000",
    "anon_quota:session:s1: 5500 of 10000",
    "anon_quota:ip:9f2c: 5500 of 30000",
    "anon:streams:9f2c: 0 of 2",
    "anon:reqcount:9f2c: 1 of 50"
  ].join("\n"),
  "stream.ts": [
    "step 1",
    "step 2",
    "step 3",
    "user:ada: used 2700, reserved 0",
    "user:ada:streams: used 0, reserved 0"
  ].join("\n"),
  "chat-route.ts": [
    "200 Because it scatters.",
    "200 Because it scatters.",
    "429 user:ada: 1200 tokens asked, 700 of 2500 left, resets in a while",
    "used 1800, reserved 0"
  ].join("\n"),
  "readme.ts": ["Because it scatters.", "Because it scatters. true", "used 6200, reserved 0"].join("\n"),
  "presets.ts": [
    "200 text/plain;charset=UTF-8",
    "200 text/plain;charset=UTF-8",
    "429 application/problem+json",
    "200",
    "true",
    "Because it scatters.",
    "4217 of 15000000",
    "1 user:ada"
  ].join("\n"),
  "credit.ts": [
    "credit 50000",
    "credit 50000, the same payment",
    "at most 10044 micro-dollars",
    "used 4217 of 50000"
  ].join("\n")
}

describe("examples", { concurrent: true }, () => {
  for (const [name, expected] of Object.entries(printed)) {
    it(name, async () => {
      const { stderr, stdout } = await promisify(execFile)(process.execPath, [name], {
        cwd: folder,
        // Without the settings of whoever runs the tests: one example reads them.
        env: { PATH: process.env["PATH"] }
      })
      assert.strictEqual(stdout.trim(), expected)
      assert.strictEqual(stderr, "")
    })
  }

  it("are all run: here, or with their servers by the tests of the adapters", () => {
    const files = readdirSync(folder).filter((name) => name.endsWith(".ts"))
    assert.deepEqual(files.toSorted(), [...Object.keys(printed), "postgres.ts", "redis.ts"].toSorted())
  })
})
