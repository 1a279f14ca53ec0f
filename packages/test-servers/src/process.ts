/** A server's process in a folder of its own. */
import { spawn } from "node:child_process"
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"
import { forgetProcess, noteFolder, noteProcess } from "./reaper.ts"
import { GaveUp } from "./wait.ts"

export interface User {
  readonly uid: number
  readonly gid: number
}

export interface Started {
  readonly pid: number
  /** Throws with the end of the log when the process has ended by itself. */
  readonly check: () => void
  /** Resolves when it has ended well, and rejects when it has not. */
  readonly finished: () => Promise<true>
  readonly end: (signal: NodeJS.Signals, options?: { readonly group: boolean }) => Promise<void>
}

export const newFolder = (name: string, user?: User): string => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), `tallystick-${name}-`))
  noteFolder(folder)
  if (user !== undefined) fs.chownSync(folder, user.uid, user.gid)
  return folder
}

export const startProcess = (
  file: string,
  args: ReadonlyArray<string>,
  { folder, user, env }: { folder: string; user?: User | undefined; env?: NodeJS.ProcessEnv }
): Started => {
  const log = path.join(folder, "log")
  const out = fs.openSync(log, "a")
  // A process group of its own: Ctrl-C is the run's to answer, after the tests have ended.
  const child = spawn(file, args, {
    cwd: folder,
    stdio: ["ignore", out, out],
    detached: true,
    env: { ...process.env, ...env },
    ...user
  })
  fs.closeSync(out)
  let ended: string | undefined
  const exit = new Promise<void>((resolve) => {
    child.on("error", (error) => resolve(void (ended = error.message)))
    child.on("exit", (code, signal) => {
      ended = `it ended with ${code ?? signal}`
      if (child.pid !== undefined) forgetProcess(child.pid)
      resolve()
    })
  })
  if (child.pid !== undefined) noteProcess(child.pid)
  child.unref()
  const check = (): void => {
    if (ended === undefined) return
    const tail = fs.existsSync(log) ? fs.readFileSync(log, "utf8").trimEnd().split("\n").slice(-8) : []
    throw new GaveUp([`${file}: ${ended}`, ...tail].join("\n"))
  }
  return {
    pid: child.pid ?? 0,
    check,
    finished: async () => {
      child.ref()
      await exit
      if (child.exitCode !== 0) check()
      return true
    },
    end: async (signal, { group } = { group: false }) => {
      if (ended !== undefined || child.pid === undefined) return
      child.ref()
      process.kill(group ? -child.pid : child.pid, signal)
      await exit
    }
  }
}
