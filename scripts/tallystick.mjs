#!/usr/bin/env node
// `npx tallystick COMMAND`, also in a clone where nothing is installed yet.
process.argv.splice(2, 0, "sim")
await import("./run.mjs")
