// Starts the workspace's tools with the workspace's node, and passes signals and exit statuses through.
import { spawn } from "node:child_process"
import * as path from "node:path"
import { nodeBinary, root } from "./setup.mjs"

export const tools = {
  tallystick: "packages/sim/bin/tallystick.js",
  tsc: "node_modules/typescript/bin/tsc",
  oxlint: "node_modules/oxlint/bin/oxlint",
  oxfmt: "node_modules/oxfmt/bin/oxfmt",
  vitest: "node_modules/vitest/vitest.mjs",
  bench: "bench/src/main.ts",
  "break:lua": "packages/adapter-redis/break/main.ts",
  "break:sql": "packages/adapter-postgres/break/main.ts"
}

const children = new Set()
/** The signal that told this process to stop; nothing is started after it. */
let stopped = null
const signals = ["SIGINT", "SIGTERM", "SIGHUP"]

// A terminal sends Ctrl-C to the whole group, so the children have it already; what is sent to this process alone it passes on.
for (const signal of signals) {
  process.on(signal, () => {
    stopped = signal
    if (signal === "SIGINT" && process.stdin.isTTY) return
    for (const child of children) child.kill(signal)
  })
}

// npm ends only the shell between itself and this process, which then gets another parent.
if (process.env.npm_lifecycle_event !== undefined) {
  const parent = process.ppid
  const watch = setInterval(() => {
    if (process.ppid === parent) return
    clearInterval(watch)
    stopped = "SIGTERM"
    for (const child of children) child.kill("SIGTERM")
  }, 500)
  watch.unref()
}

/** Runs a tool and resolves to `{ code, signal, output }`; `quiet` collects what it prints instead of showing it. */
export async function run(tool, args, { quiet = false, env = {} } = {}) {
  if (stopped !== null) return { code: 1, signal: stopped, output: "" }
  const bin = path.join(root, "node_modules", ".bin")
  const child = spawn(nodeBinary(), [path.join(root, tools[tool]), ...args], {
    stdio: quiet ? ["ignore", "pipe", "pipe"] : "inherit",
    cwd: tool === "tallystick" ? process.cwd() : root,
    env: { ...process.env, ...env, PATH: `${bin}${path.delimiter}${process.env.PATH ?? ""}` }
  })
  children.add(child)
  let output = ""
  for (const stream of [child.stdout, child.stderr]) stream?.setEncoding("utf8").on("data", (text) => (output += text))
  return new Promise((resolve, reject) => {
    child.on("error", reject)
    child.on("close", (code, signal) => {
      children.delete(child)
      resolve({ code: code ?? 1, signal, output })
    })
  })
}

/** Ends this process the way a child ended. */
export function endLike({ code, signal }) {
  if (signal === null) {
    process.exitCode = code
    return
  }
  for (const name of signals) process.removeAllListeners(name)
  process.kill(process.pid, signal)
}
