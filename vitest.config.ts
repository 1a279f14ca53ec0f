import { defineConfig } from "vitest/config"

export default defineConfig({
  test: {
    projects: [
      { test: { name: "core", root: "packages/core", include: ["test/**/*.test.ts"] } },
      { test: { name: "adapter-memory", root: "packages/adapter-memory", include: ["test/**/*.test.ts"] } },
      { test: { name: "sim", root: "packages/sim", include: ["test/**/*.test.ts"] } },
      { test: { name: "examples", root: "examples", include: ["test/**/*.test.ts"] } },
      { test: { name: "repo", include: ["test/**/*.test.ts"] } }
    ]
  }
})
