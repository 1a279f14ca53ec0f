import { assert, it } from "vitest"

it("tests run with the workspace's node", () => {
  assert.isTrue(process.version.startsWith("v24.") || process.platform !== "linux")
})
