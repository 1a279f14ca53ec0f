/**
 * The lint configuration enforces the architecture; this proves that each of its rules fires, and only where it should.
 * Every case is a file in a temporary copy of the tree, all linted in one run with the repository's own configuration.
 */
import { spawnSync } from "node:child_process"
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"
import { afterAll, assert, beforeAll, describe, it } from "vitest"

const root = path.resolve(import.meta.dirname, "..")

interface Case {
  readonly name: string
  /** A folder gets a file of its own for each case. */
  readonly at: string
  readonly code: string
  /** The rules that must report, each as often as it must; none for code that is allowed. */
  readonly rules: ReadonlyArray<string>
}

const imports = "eslint(no-restricted-imports)"
const globals = "eslint(no-restricted-globals)"
const properties = "eslint(no-restricted-properties)"
const adapter = "tallystick(no-static-adapter)"

/** An import that is used, so that no other rule has a say. */
const importing = (...names: ReadonlyArray<string>): string =>
  names.map((name, i) => `import * as m${i} from "${name}"\nexport const x${i} = m${i}.x`).join("\n")

const refused = (at: string, ...names: ReadonlyArray<string>): ReadonlyArray<Case> =>
  names.map((name) => ({ name: `${at} may not import ${name}`, at, code: importing(name), rules: [imports] }))

const allowed = (at: string, ...names: ReadonlyArray<string>): Case => ({
  name: `${at} may import ${names.join(", ")}`,
  at,
  code: importing(...names),
  rules: []
})

const machine = "packages/core/src/machine/"
const store = "packages/core/src/store/"
const service = "packages/core/src/service/"
const journal = "packages/core/src/journal/"
const memory = "packages/adapter-memory/src/"
const sim = "packages/sim/src/"

const layers: ReadonlyArray<Case> = [
  ...refused(machine, "effect", "effect/Result", "node:assert", "fs", "../store/port.ts", "../x.ts", "./a/../../x.ts"),
  ...refused(machine, "@tallystick/core"),
  { name: "nor with import()", at: machine, code: `export const x = () => import("effect/Effect")`, rules: [imports] },
  { name: "nor a type", at: machine, code: `export type { A } from "../store/port.ts"`, rules: [imports] },
  allowed(machine, "./rows.ts", "./commands/reserve.ts"),

  ...refused(
    store,
    "effect",
    "effect/Schema",
    "node:fs",
    "ioredis",
    "../service/quota.ts",
    "../index.ts",
    "../pricing/a.ts"
  ),
  allowed(store, "./port.ts", "../machine/index.ts", "effect/Effect"),

  ...refused(service, "effect", "effect/Schema", "node:crypto", "crypto", "pg", "@tallystick/sim"),
  allowed(service, "../store/index.ts", "../machine/index.ts", "effect/Effect"),
  ...refused("packages/core/src/", "effect", "effect/Schema", "node:timers/promises"),

  ...refused(journal, "effect", "effect/Effect", "node:os", "node:timers/promises", "../http/a.ts", "pg"),
  allowed(journal, "./a.ts", "../service/a.ts", "../machine/a.ts", "node:fs", "node:fs/promises"),
  allowed(journal, "node:path", "node:crypto"),

  ...refused(memory, "effect", "@tallystick/sim", "@tallystick/sim/oracle", "ioredis", "node:fs"),
  allowed(memory, "@tallystick/core", "@tallystick/core/machine", "@tallystick/core/store", "effect/Effect", "./a.ts"),

  ...refused(sim, "effect", "node:timers/promises", "timers", "node:perf_hooks"),
  ...refused(`${sim}cli/`, "effect"),
  allowed(`${sim}cli/`, "node:timers/promises"),
  allowed(sim, "@tallystick/core/store", "effect/Effect", "fast-check", "node:fs", "../package.ts"),
  {
    name: "the simulator loads adapters with import() only",
    at: sim,
    code: [
      importing("@tallystick/adapter-redis", "@tallystick/adapter-memory"),
      `export { a } from "@tallystick/adapter-postgres"`,
      `export * from "@tallystick/adapter-postgres"`
    ].join("\n"),
    rules: [adapter, adapter, adapter, adapter]
  },
  { name: "which is allowed", at: sim, code: `export const x = () => import("@tallystick/adapter-redis")`, rules: [] },
  {
    name: "only stores.ts may import the memory adapter",
    at: `${sim}stores.ts`,
    code: importing("@tallystick/adapter-memory", "@tallystick/adapter-redis"),
    rules: [adapter]
  }
]

const forbidden: ReadonlyArray<readonly [code: string, rule: string]> = [
  ["export const x = new Date()", globals],
  ["export const x = Date.now()", globals],
  ["export const x = performance.now()", globals],
  ["setTimeout(String, 1)", globals],
  ["setInterval(String, 1)", globals],
  ["setImmediate(String)", globals],
  ["export const x = status", globals],
  ["export const x = Math.random()", properties],
  ["export const { random } = Math", properties],
  ["export const x = process.hrtime()", properties],
  ["export const x = globalThis.Date", properties],
  ["globalThis.setTimeout(String, 1)", properties],
  ["export const x = globalThis.performance", properties],
  [`console.log("x")`, "eslint(no-console)"],
  [`export const x = () => {${"\n".repeat(70)}}`, "eslint(max-lines-per-function)"],
  ["const f = async () => 1\nexport const x = () => {\n  f()\n}", "typescript(no-floating-promises)"],
  ["export const x = (y: any) => y", "typescript(no-explicit-any)"],
  [`import { A } from "./a.ts"\nexport const x = (y: A) => y`, "typescript(consistent-type-imports)"],
  [`import { a } from "./a.ts"\nimport { b } from "./a.ts"\nexport const x = [a, b]`, "import(no-duplicates)"]
]

const everywhere: ReadonlyArray<Case> = [machine, service, journal, memory, sim].flatMap((at) =>
  forbidden.map(([code, rule]) => ({
    name: `${rule} in ${at}: ${code.replaceAll(/\s+/g, " ").slice(0, 50)}`,
    at,
    code,
    rules: [rule]
  }))
)

const exempt: ReadonlyArray<Case> = [
  {
    name: "a terminal program shows progress and speed",
    at: `${sim}cli/`,
    code: "console.log(Date.now(), performance.now(), process.hrtime())\nsetTimeout(String, 1)",
    rules: []
  },
  { name: "a turn of the event loop per step", at: `${sim}turn.ts`, code: "setImmediate(String)", rules: [] }
]

const cases = [...layers, ...everywhere, ...exempt]
const fileOf = (one: Case, i: number): string => (one.at.endsWith("/") ? `${one.at}case${i}.ts` : one.at)

interface Diagnostic {
  readonly code: string
  readonly message: string
  readonly filename: string
}

const write = (folder: string, file: string, text: string): void => {
  fs.mkdirSync(path.dirname(path.join(folder, file)), { recursive: true })
  fs.writeFileSync(path.join(folder, file), text)
}

const lint = (folder: string): ReadonlyArray<Diagnostic> => {
  for (const file of [".oxlintrc.json", "scripts/oxlint-plugin.mjs"]) {
    write(folder, file, fs.readFileSync(path.join(root, file), "utf8"))
  }
  const compilerOptions = { module: "NodeNext", target: "ES2023", strict: true, noEmit: true }
  write(folder, "tsconfig.json", JSON.stringify({ compilerOptions, include: ["packages"] }))
  for (const [i, one] of cases.entries()) write(folder, fileOf(one, i), `${one.code}\n`)
  const bin = path.join(root, "node_modules/oxlint/bin/oxlint")
  // The shell scripts of node_modules/.bin set NODE_PATH, by which the copy would resolve the workspace's packages.
  const env = { ...process.env, NODE_PATH: "" }
  const result = spawnSync(process.execPath, [bin, "-f", "json", "packages"], { cwd: folder, encoding: "utf8", env })
  assert.strictEqual(result.status, 1, result.stderr + result.stdout.slice(0, 1000))
  return JSON.parse(result.stdout).diagnostics
}

describe("the lint configuration", () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "tallystick-lint-"))
  let found: ReadonlyArray<Diagnostic> = []
  beforeAll(() => {
    found = lint(folder)
  }, 60_000)
  afterAll(() => fs.rmSync(folder, { recursive: true }))

  for (const [i, one] of cases.entries()) {
    it(one.name, () => {
      const here = found.filter((diagnostic) => diagnostic.filename === fileOf(one, i))
      assert.deepStrictEqual(
        here.map((diagnostic) => diagnostic.code),
        [...one.rules],
        here.map((diagnostic) => diagnostic.message).join("\n")
      )
    })
  }
})
