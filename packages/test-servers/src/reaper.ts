/**
 * Ends what a run leaves: a process of its own that learns of every server and waits for the run to be gone. That also
 * holds where the run was killed with `kill -9` and could end nothing.
 */
import { type ChildProcess, spawn } from "node:child_process"
import * as path from "node:path"

let reaper: ChildProcess | undefined

const note = (line: string): void => {
  if (reaper === undefined) {
    const file = path.join(import.meta.dirname, "reaper-process.mjs")
    reaper = spawn(process.execPath, [file], { stdio: ["pipe", "ignore", "ignore"], detached: true })
    reaper.unref()
    const pipe = reaper.stdin as NodeJS.WritableStream & { unref?: () => void }
    pipe.unref?.()
    pipe.on("error", () => {}) // it ended before the run did; the run still ends its servers itself
  }
  reaper.stdin?.write(`${line}\n`)
}

export const noteProcess = (pid: number): void => note(`process ${pid}`)
/** Its number may be another's from now on. */
export const forgetProcess = (pid: number): void => note(`ended ${pid}`)
export const noteFolder = (folder: string): void => note(`folder ${folder}`)
export const noteContainer = (id: string): void => note(`container ${id}`)
