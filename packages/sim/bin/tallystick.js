#!/usr/bin/env node
// In an installed package the program is the built one: node strips no types under node_modules. In the repository
// it is the source, run by this node if it strips types (22.18 or later), else by the workspace's own node.
import { existsSync } from "node:fs"
import { fileURLToPath } from "node:url"

if (import.meta.url.includes("/node_modules/")) {
  await import("../dist/cli/main.js")
} else if (process.features.typescript) {
  await import("../src/cli/main.ts")
} else {
  await runWith(fileURLToPath(new URL("../../../node_modules/.bin/node", import.meta.url)))
}

async function runWith(/** @type {string} */ node) {
  if (!existsSync(node)) {
    console.error(`tallystick needs node 22.18 or later (this is ${process.version}); 'npm start' installs one here`)
    process.exit(1)
  }
  const { spawn } = await import("node:child_process")
  const child = spawn(node, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], { stdio: "inherit" })
  // A terminal sends Ctrl-C to the whole group, so the child already has it; what is sent to this process alone it passes on.
  const signals = /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP"])
  for (const signal of signals) {
    process.on(signal, () => (signal === "SIGINT" && process.stdin.isTTY ? undefined : child.kill(signal)))
  }
  child.on("exit", (code, signal) => {
    for (const name of signals) process.removeAllListeners(name)
    if (signal === null) process.exitCode = code ?? 1
    else process.kill(process.pid, signal)
  })
}
