import { readdirSync } from "node:fs"
import { availableParallelism } from "node:os"
import { fileURLToPath } from "node:url"
import { defineConfig } from "vitest/config"

const include = ["test/**/*.test.ts"]
const packages = readdirSync(new URL("packages", import.meta.url))

// Starts nothing until a test asks. Not for the other packages: core's tests need no server.
const withServers = ["adapter-postgres", "adapter-redis", "sim", "test-servers"]
const patience = { testTimeout: 60_000, hookTimeout: 60_000 } // a test may start a server of its own
const globalSetup = fileURLToPath(new URL("packages/test-servers/src/setup.ts", import.meta.url))

export default defineConfig({
  test: {
    // Vitest would leave a core free, which of two is half; and the tests over servers mostly wait.
    maxWorkers: availableParallelism() + 1,
    projects: [
      ...packages.map((name) => ({
        test: {
          name,
          root: `packages/${name}`,
          include,
          ...(withServers.includes(name) ? { globalSetup, ...patience } : {})
        }
      })),
      { test: { name: "bench", root: "bench", include, ...patience } },
      { test: { name: "examples", root: "examples", include, globalSetup, ...patience } },
      { test: { name: "repo", include } } // about the repository itself
    ]
  }
})
