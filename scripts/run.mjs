// The one entry of every npm script: node scripts/run.mjs TASK [ARGUMENT ...]
// It makes the clone ready (scripts/setup.mjs), then runs the task with the workspace's own node 24.
import { endLike, run } from "./child.mjs"
import { ensureSetup, Fail } from "./setup.mjs"

const tasks = {
  start: (args) => run("tallystick", ["start", ...args]),
  sim: (args) => run("tallystick", args),
  bench: (args) => run("bench", args),
  "break:lua": (args) => run("break:lua", args),
  "break:sql": (args) => run("break:sql", args),
  "check:types": (args) => run("tsc", ["-b", ...args]),
  lint: (args) => run("oxlint", args),
  format: (args) => run("oxfmt", args),
  // Ten minutes for each adapter, unless TALLYSTICK_SOAK_SECONDS says otherwise; the servers must be binaries, which can be stopped.
  soak: (args) => {
    process.env["TALLYSTICK_SOAK_SECONDS"] ??= "600"
    process.env["TALLYSTICK_TEST_SERVERS"] ??= "binaries"
    return run("vitest", ["run", "test/soak", ...args])
  },
  vitest: (args) => run("vitest", args),
  trial: async (args) => {
    const types = await run("tsc", ["-b"])
    return types.code === 0 ? run("vitest", ["run", "--config", "trial/vitest.config.ts", ...args]) : types
  },
  test: async (args) => (await import("./test.mjs")).test(args)
}

const [name, ...args] = process.argv.slice(2)
const task = tasks[name]
if (task === undefined) {
  console.error(`tallystick: no task '${name ?? ""}'; there are: ${Object.keys(tasks).join(", ")}`)
  process.exit(2)
}
try {
  ensureSetup()
  endLike(await task(args))
} catch (error) {
  if (!(error instanceof Fail)) throw error
  console.error(error.message)
  process.exitCode = 1
}
