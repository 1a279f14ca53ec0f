import { fileURLToPath } from "node:url"
import { defineConfig } from "vitest/config"

/** The trial of a new user: `npm run trial`. It packs, and installs from the registry, so that it is no part of `npm test`. */
export default defineConfig({
  test: {
    root: fileURLToPath(new URL(".", import.meta.url)),
    include: ["*.test.ts"],
    globalSetup: fileURLToPath(new URL("../packages/test-servers/src/setup.ts", import.meta.url)),
    testTimeout: 300_000,
    hookTimeout: 600_000
  }
})
