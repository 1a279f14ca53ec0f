/**
 * The processes of a storm: started, stopped, killed, and started again from their own records.
 */
import { spawn } from "node:child_process"
import type { ChildProcess } from "node:child_process"
import { extname, join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"

import type { FromStorm, WorkerTask } from "./worker.ts"

/** The program beside this file: the source in the repository, the built one in a package. */
const program = join(import.meta.dirname, `worker${extname(import.meta.filename)}`)

export type Assignment = Omit<WorkerTask, "life">

/** To load takes half a second; on a machine that is busy much longer. */
const READY_WITHIN_MS = 60_000

export class Worker {
  readonly #task: Assignment
  readonly #onProblem: (problem: string) => void
  #child: ChildProcess
  #exit: Promise<void>
  #ready: Promise<void>
  #startNs: number | undefined
  #life = 0
  #isStopped = false
  #isExpected = false

  constructor(task: Assignment, onProblem: (problem: string) => void) {
    this.#task = task
    this.#onProblem = onProblem
    ;[this.#child, this.#ready, this.#exit] = this.#spawn()
  }

  get isRunning(): boolean {
    return !this.#isStopped && this.#child.exitCode === null && this.#child.signalCode === null
  }

  /** Resolves when it could begin, or has ended, or has been given time enough. */
  get ready(): Promise<void> {
    return this.#ready
  }

  /** Slot 0 is then, for everybody. */
  begin(startNs: number): void {
    this.#startNs = startNs
    this.#tell({ tell: "begin", startNs })
  }

  /** As `kill -9`; then started again, from its own record. Resolves when it goes on. */
  async killAndRestart(): Promise<void> {
    await this.kill()
    this.#life++
    ;[this.#child, this.#ready, this.#exit] = this.#spawn()
    await this.#ready
    if (this.#startNs !== undefined) this.begin(this.#startNs)
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
    this.#tell({ tell: "end" })
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

  #tell(message: FromStorm): void {
    if (this.#child.connected) this.#child.send(message)
  }

  #spawn(): [child: ChildProcess, ready: Promise<void>, exit: Promise<void>] {
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
    return [child, readyOf(child, exit, () => this.#onProblem(`process ${task.process} was not ready in time`)), exit]
  }
}

const readyOf = async (child: ChildProcess, exit: Promise<void>, onLate: () => void): Promise<void> => {
  const late = new AbortController()
  const isInTime = await Promise.race([
    new Promise<true>((resolve) => child.once("message", () => resolve(true))),
    exit.then(() => true),
    sleep(READY_WITHIN_MS, false, { signal: late.signal }).catch(() => true)
  ])
  late.abort()
  if (!isInTime) onLate()
}
