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
  const parts = [await testStage("tests", args)]
  // What .ci/run asks for: the suites that need servers once more, on the binaries of this machine.
  if (process.env.TALLYSTICK_TEST_AGAIN === "binaries") {
    const suites = [
      "packages/adapter-redis/test/contract",
      "packages/adapter-postgres/test/contract",
      "packages/adapter-postgres/test/replica", // one that streams is made by the programs of this machine alone
      "packages/test-servers/"
    ]
    const env = { TALLYSTICK_TEST_SERVERS: "binaries", TALLYSTICK_CONTRACT_PROGRAMS: "50" }
    parts.push(await testStage("binaries", suites, env))
    // And on the Postgres of npm: another version, and no locale but its own.
    const few = { TALLYSTICK_TEST_SERVERS: "embedded", TALLYSTICK_POSTGRES_PROGRAMS: "20" }
    parts.push(await testStage("embedded", ["packages/adapter-postgres/test/contract.test"], few))
  }
  results.push(...parts)
  console.log("")
  for (const result of results) console.log(line(result))
  console.log(closing(parts))
  return {
    code: results.every((result) => result.ok) ? 0 : 1,
    signal: results.find((result) => result.signal)?.signal ?? null
  }
}

async function testStage(name, args, env = {}) {
  const file = path.join(root, "node_modules", ".cache", `tests-${process.pid}-${name}.json`)
  fs.mkdirSync(path.dirname(file), { recursive: true })
  const reporters = ["--reporter=default", "--reporter=./scripts/count-reporter.mjs"]
  const start = () => run("vitest", ["run", ...reporters, ...args], { env: { ...env, TALLYSTICK_TEST_COUNTS: file } })
  const result = await stage(name, start)
  return { ...result, ...counted(file, result.ok) }
}

async function stage(name, start) {
  const begin = performance.now()
  const { code, signal, output } = await start()
  const result = { name, ok: code === 0, signal, seconds: (performance.now() - begin) / 1000 }
  if (!result.ok && output !== "") console.log(`--- ${name}\n${output.trimEnd()}\n`)
  return result
}

function line({ name, ok, seconds }) {
  return `${name.padEnd(8)} ${ok ? "ok    " : "FAILED"} ${seconds.toFixed(1).padStart(6)} s`
}

function counted(file, ok) {
  try {
    const { passed, failed, skipped } = JSON.parse(fs.readFileSync(file, "utf8"))
    fs.rmSync(file)
    return { passed, skipped, failed: ok ? failed : Math.max(failed, 1) } // such as suites skipped in CI
  } catch {
    return { passed: 0, skipped: 0, failed: 1 } // the runner died before it could count
  }
}

/** The line that CI reads. */
function closing(parts) {
  const sum = (key) => parts.reduce((total, part) => total + part[key], 0)
  const skipped = sum("skipped")
  return `${sum("passed")} passed, ${sum("failed")} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`
}
