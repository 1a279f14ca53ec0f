// Makes a fresh clone ready: installs the dependencies with the pinned pnpm when something that decides them changed.
// Plain JavaScript that node 20 runs; a second start only reads and hashes a few small files.
import { spawnSync } from "node:child_process"
import { createHash } from "node:crypto"
import * as fs from "node:fs"
import * as path from "node:path"
import { fileURLToPath } from "node:url"

export const root = fileURLToPath(new URL("..", import.meta.url)).replace(/\/$/, "")
const modules = path.join(root, "node_modules")
const stampFile = path.join(modules, ".tallystick-setup")
const lock = path.join(root, ".tallystick-setup.lock")
const workspaceNode = path.join(modules, ".bin", "node")

export function ensureSetup() {
  const wanted = stamp()
  if (isReady(wanted)) return
  withLock(() => {
    if (!isReady(wanted)) install(wanted)
  })
}

/** The node that runs everything: the workspace's, or this one where no package carries it for the platform. */
export function nodeBinary() {
  if (fs.existsSync(workspaceNode)) return workspaceNode
  if (process.features.typescript) return process.execPath
  throw new Fail(
    `no npm package brings node 24 to ${process.platform}-${process.arch}; start this with node 22.18 or later`
  )
}

/** A failure whose message says all there is to say. */
export class Fail extends Error {}

function isReady(wanted) {
  try {
    return fs.readFileSync(stampFile, "utf8") === wanted
  } catch {
    return false
  }
}

/** A hash of every file that decides what is installed. */
function stamp() {
  const hash = createHash("sha256").update(`${process.platform}-${process.arch}`)
  for (const file of ["pnpm-lock.yaml", "pnpm-workspace.yaml", ...manifests()]) {
    hash.update(`\n${file}\n`).update(readIfThere(file))
  }
  return hash.digest("hex")
}

function manifests() {
  const packages = fs.readdirSync(path.join(root, "packages")).toSorted()
  return [
    "package.json",
    "examples/package.json",
    "bench/package.json",
    ...packages.map((name) => `packages/${name}/package.json`)
  ]
}

function readIfThere(file) {
  try {
    return fs.readFileSync(path.join(root, file))
  } catch {
    return ""
  }
}

function install(wanted) {
  const { packageManager } = JSON.parse(fs.readFileSync(path.join(root, "package.json"), "utf8"))
  console.error(`tallystick: installing the dependencies with ${packageManager} (once, and when they change)`)
  const begin = Date.now()
  const npm = ["exec", "--yes", "--prefer-offline", `--package=${packageManager}`, "--"]
  const pnpm = ["pnpm", "install", "--frozen-lockfile", "--prefer-offline", "--reporter=append-only"]
  const result = spawnSync("npm", [...npm, ...pnpm], {
    cwd: root,
    encoding: "utf8",
    env: { ...process.env, CI: "true" }, // pnpm asks no question in CI
    shell: process.platform === "win32"
  })
  if (result.status !== 0) {
    throw new Fail(`${result.stdout ?? ""}${result.stderr ?? result.error}\ntallystick: the install failed`)
  }
  fs.writeFileSync(stampFile, wanted)
  console.error(`tallystick: installed in ${((Date.now() - begin) / 1000).toFixed(1)} s`)
}

/** One process installs at a time. A lock whose owner is gone, or that never got an owner, is taken over. */
function withLock(action) {
  let told = false
  while (!tryLock()) {
    if (!told) console.error("tallystick: another process is installing the dependencies; waiting for it")
    told = true
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100)
  }
  try {
    action()
  } finally {
    fs.rmSync(lock, { recursive: true, force: true })
  }
}

function tryLock() {
  try {
    fs.mkdirSync(lock)
    fs.writeFileSync(path.join(lock, "pid"), String(process.pid))
    return true
  } catch (error) {
    if (error.code !== "EEXIST") throw error
  }
  if (isStale()) {
    const aside = `${lock}.${process.pid}`
    try {
      fs.renameSync(lock, aside) // of several that see it stale, one moves it away
      fs.rmSync(aside, { recursive: true, force: true })
    } catch {}
  }
  return false
}

function isStale() {
  try {
    const pid = Number(fs.readFileSync(path.join(lock, "pid"), "utf8"))
    return pid > 0 ? !isAlive(pid) : ageMs() > 5_000
  } catch {
    return ageMs() > 5_000
  }
}

function ageMs() {
  try {
    return Date.now() - fs.statSync(lock).mtimeMs
  } catch {
    return 0
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error.code === "EPERM"
  }
}
