/** Runs the real program, with the node that runs the tests. */
import { spawn } from "node:child_process"
import { fileURLToPath } from "node:url"

const bin = fileURLToPath(new URL("../../bin/tallystick.js", import.meta.url))

export interface Ended {
  readonly status: number | null
  readonly out: string
  readonly err: string
}

export interface SpawnOptions {
  readonly env?: Readonly<Record<string, string>>
  /** Sees standard error as it comes, and may send a signal. */
  readonly onError?: (text: string, kill: (signal: NodeJS.Signals) => void) => void
}

export const tallystick = (argv: ReadonlyArray<string>, { env = {}, onError }: SpawnOptions = {}): Promise<Ended> =>
  new Promise((resolve) => {
    const child = spawn(process.execPath, [bin, ...argv], { env: { ...process.env, NO_COLOR: "1", ...env } })
    let out = ""
    let err = ""
    child.stdout.setEncoding("utf8").on("data", (text: string) => (out += text))
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      err += text
      onError?.(text, (signal) => child.kill(signal))
    })
    child.on("close", (status) => resolve({ status, out, err }))
  })

export const storeFile = (name: string): string => fileURLToPath(new URL(`stores/${name}.ts`, import.meta.url))
