import { readdirSync } from "node:fs"
import { defineConfig } from "vitest/config"

const include = ["test/**/*.test.ts"]
const packages = readdirSync(new URL("packages", import.meta.url))

export default defineConfig({
  test: {
    projects: [
      ...packages.map((name) => ({ test: { name, root: `packages/${name}`, include } })),
      { test: { name: "examples", root: "examples", include } },
      { test: { name: "repo", include } } // about the repository itself
    ]
  }
})
