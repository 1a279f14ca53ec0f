/** The example for Redis runs as it stands. */
import { describeWith, redisServer } from "@tallystick/test-servers"
import { execFile } from "node:child_process"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import { expect, test } from "vitest"

describeWith(await redisServer(), "examples", ({ url }) => {
  test("redis.ts admits exactly as many as fit", async () => {
    const file = fileURLToPath(new URL("../../../examples/redis.ts", import.meta.url))
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [file, url])
    expect(stdout.trim()).toBe("12 of 30 granted\nused 30000, reserved 0, 20000 left")
    expect(stderr).toBe("")
  }, 30_000)
})
