/**
 * The processes of a storm: started, stopped, killed, and started again from their own records.
 */
import { spawn } from "node:child_process"
import type { ChildProcess } from "node:child_process"
import { extname, join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"

import type { WorkerTask } from "./worker.ts"

/** The program beside this file: the source in the repository, the built one in a package. */
const program = join(import.meta.dirname, `worker${extname(import.meta.filename)}`)

export type Assignment = Omit<WorkerTask, "life">

export class Worker {
  readonly #task: Assignment
  readonly #onProblem: (problem: string) => void
  #child: ChildProcess
  #exit: Promise<void>
  #life = 0
  #isStopped = false
  #isExpected = false

  constructor(task: Assignment, onProblem: (problem: string) => void) {
    this.#task = task
    this.#onProblem = onProblem
    ;[this.#child, this.#exit] = this.#spawn()
  }

  get isRunning(): boolean {
    return !this.#isStopped && this.#child.exitCode === null && this.#child.signalCode === null
  }

  /** As `kill -9`; then started again, from its own record. */
  async killAndRestart(): Promise<void> {
    await this.kill()
    this.#life++
    ;[this.#child, this.#exit] = this.#spawn()
  }

  /** Stands still for so long, with whatever it was doing. */
  async stopFor(ms: number): Promise<void> {
    this.#isStopped = true
    this.#child.kill("SIGSTOP")
    await sleep(ms)
    this.#child.kill("SIGCONT")
    this.#isStopped = false
  }

  /** Lets every fiber end its call. @returns whether they did in time */
  async end(withinMs: number): Promise<boolean> {
    this.#isExpected = true
    if (this.#child.connected) this.#child.send("end")
    const late = new AbortController()
    const isInTime = await Promise.race([
      this.#exit.then(() => true),
      sleep(withinMs, false, { signal: late.signal }).catch(() => true)
    ])
    late.abort()
    if (!isInTime) await this.kill()
    return isInTime
  }

  async kill(): Promise<void> {
    this.#isExpected = true
    this.#child.kill("SIGKILL")
    await this.#exit
  }

  #spawn(): [ChildProcess, Promise<void>] {
    const task: WorkerTask = { ...this.#task, life: this.#life }
    // A process group of its own: Ctrl-C is for the one that started it to answer.
    const child = spawn(process.execPath, [...process.execArgv, program, JSON.stringify(task)], {
      stdio: ["ignore", "ignore", "pipe", "ipc"],
      detached: true
    })
    let complaint = ""
    child.stderr?.setEncoding("utf8").on("data", (text: string) => (complaint = (complaint + text).slice(-2_000)))
    this.#isExpected = false
    const exit = new Promise<void>((resolve) => {
      child.on("error", (error) => {
        this.#onProblem(`process ${task.process} did not start: ${error.message}`)
        resolve()
      })
      child.on("close", (code, signal) => {
        if (!this.#isExpected)
          this.#onProblem(
            `process ${task.process} ended by itself (${code ?? signal}): ${complaint.trim() || "it said nothing"}`
          )
        resolve()
      })
    })
    return [child, exit]
  }
}
