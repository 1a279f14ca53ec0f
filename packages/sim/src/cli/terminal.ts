/**
 * What the program has of the world: where it writes, what it reads, how it is stopped. Tests give it another one.
 */
export interface Output {
  readonly isTTY: boolean
  /** Columns of the terminal; undefined: not a terminal. */
  readonly columns: number | undefined
  readonly write: (text: string) => void
}

export interface Terminal {
  /** What was asked for. */
  readonly out: Output
  /** Progress and complaints. */
  readonly err: Output
  readonly env: Readonly<Record<string, string | undefined>>
  /** For progress and speeds only. */
  readonly nowMs: () => number
  /** Aborted by the first Ctrl-C, with the exit status as reason; the second ends the process at once. */
  readonly signal: AbortSignal
}

/** https://no-color.org: any value that is not empty turns it off. */
export const hasColour = (output: Output, env: Terminal["env"]): boolean =>
  output.isTTY && (env["NO_COLOR"] ?? "") === "" && env["TERM"] !== "dumb"

/** Status of a process that a signal ended: 128 + its number. */
export const STATUS_INTERRUPTED = 130
const STATUS_TERMINATED = 143
const STATUS_PIPE_CLOSED = 141

export const processTerminal = (): Terminal => {
  const stopped = new AbortController()
  const stopOn = (signal: NodeJS.Signals, status: number): void => {
    process.once(signal, () => stopped.abort(status))
  }
  stopOn("SIGINT", STATUS_INTERRUPTED)
  stopOn("SIGTERM", STATUS_TERMINATED)
  return {
    out: output(process.stdout),
    err: output(process.stderr),
    env: process.env,
    nowMs: () => performance.now(),
    signal: stopped.signal
  }
}

/** A stream of node as it is: the types say that it always is a terminal. */
type Stream = NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number }

const output = (stream: Stream): Output => {
  // `tallystick ... | head` closes the pipe: there is nobody left to write to.
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit(STATUS_PIPE_CLOSED)
    throw error
  })
  return {
    isTTY: stream.isTTY === true,
    get columns() {
      return stream.isTTY === true ? stream.columns : undefined
    },
    write: (text) => {
      stream.write(text)
    }
  }
}
