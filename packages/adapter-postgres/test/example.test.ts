/** The example for Postgres runs as it stands. */
import { describeWith, postgresServer } from "@tallystick/test-servers"
import { execFile } from "node:child_process"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import { expect, test } from "vitest"

describeWith(await postgresServer(), "examples", ({ url }) => {
  test("postgres.ts pays and holds in the caller's own transactions", { timeout: 60_000 }, async () => {
    const file = fileURLToPath(new URL("../../../examples/postgres.ts", import.meta.url))
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [file, url])
    expect(stderr).toBe("")
    expect(stdout.trim().split("\n")).toEqual([
      "a payment: 1 payments, credit 50000",
      "one that takes more than there is failed: 1 payments, credit 50000",
      "the same payment again failed: 1 payments, credit 50000",
      "tokens: used 2900, reserved 0"
    ])
  })
})
