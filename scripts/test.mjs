// npm test: types, lint, format and tests; all of them run, and the output of those that fail is shown.
import * as fs from "node:fs"
import * as path from "node:path"
import { run } from "./child.mjs"
import { root } from "./setup.mjs"

export async function test(args) {
  const results = await Promise.all([
    stage("types", () => run("tsc", ["-b", "--pretty", "false"], { quiet: true })),
    stage("lint", () => run("oxlint", [], { quiet: true })),
    stage("format", () => run("oxfmt", ["--check"], { quiet: true }))
  ])
  const counts = path.join(root, "node_modules", ".cache", `tests-${process.pid}.json`)
  results.push(await stage("tests", () => runTests(args, counts)))
  console.log("")
  for (const result of results) console.log(line(result))
  console.log(closing(counts))
  return {
    code: results.every((result) => result.ok) ? 0 : 1,
    signal: results.find((result) => result.signal)?.signal ?? null
  }
}

function runTests(args, counts) {
  fs.mkdirSync(path.dirname(counts), { recursive: true })
  const reporters = ["--reporter=default", "--reporter=./scripts/count-reporter.mjs"]
  return run("vitest", ["run", ...reporters, ...args], { env: { TALLYSTICK_TEST_COUNTS: counts } })
}

async function stage(name, start) {
  const begin = performance.now()
  const { code, signal, output } = await start()
  const result = { name, ok: code === 0, signal, seconds: (performance.now() - begin) / 1000 }
  if (!result.ok && output !== "") console.log(`--- ${name}\n${output.trimEnd()}\n`)
  return result
}

function line({ name, ok, seconds }) {
  return `${name.padEnd(7)} ${ok ? "ok    " : "FAILED"} ${seconds.toFixed(1).padStart(6)} s`
}

/** The line that CI reads. */
function closing(file) {
  try {
    const { passed, failed, skipped } = JSON.parse(fs.readFileSync(file, "utf8"))
    fs.rmSync(file)
    return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`
  } catch {
    return "0 passed, 1 failed" // the runner died before it could count
  }
}
