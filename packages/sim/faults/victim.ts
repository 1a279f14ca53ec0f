/**
 * A client process that a test kills or stops.
 */
import { type ChildProcess, spawn } from "node:child_process"
import { createInterface } from "node:readline"
import { fileURLToPath } from "node:url"

const client = fileURLToPath(new URL("client.ts", import.meta.url))

export class Victim implements AsyncDisposable {
  readonly #child: ChildProcess
  readonly #ended: Promise<unknown>
  readonly #lines: Array<string> = []
  readonly #heard = new Set<() => void>()

  /** @param args those of `client.ts`, or of another script */
  constructor(args: ReadonlyArray<string>, script = client) {
    this.#child = spawn(process.execPath, ["--no-warnings", script, ...args], {
      stdio: ["ignore", "pipe", "inherit"]
    })
    this.#ended = new Promise((resolve) => this.#child.once("exit", resolve))
    createInterface({ input: this.#child.stdout! }).on("line", (line) => {
      this.#lines.push(line)
      for (const heard of this.#heard) heard()
    })
    void this.#ended.then(() => this.#heard.forEach((heard) => heard()))
  }

  get lines(): ReadonlyArray<string> {
    return this.#lines
  }

  /** Until it says so; rejects if it ends before. */
  async says(line: string): Promise<void> {
    for (let isOver = false; !this.#lines.includes(line);) {
      if (isOver) throw new Error(`the client ended after ${JSON.stringify(this.#lines)}, and before "${line}"`)
      isOver = await Promise.race([
        this.#ended.then(() => true),
        new Promise<boolean>((resolve) => {
          const heard = (): void => {
            this.#heard.delete(heard)
            resolve(false)
          }
          this.#heard.add(heard)
        })
      ])
    }
  }

  /** As `kill -9`. Resolves when it is gone. */
  async kill(): Promise<void> {
    this.#child.kill("SIGKILL")
    await this.#ended
  }

  stop(): void {
    this.#child.kill("SIGSTOP")
  }

  goOn(): void {
    this.#child.kill("SIGCONT")
  }

  get ended(): Promise<unknown> {
    return this.#ended
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill()
  }
}
