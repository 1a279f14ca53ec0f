/**
 * Progress, on standard error: on a terminal one line, written anew; elsewhere a plain line every few seconds, so that a log
 * of a CI shows that something moves and stays short.
 */
import type { Terminal } from "./terminal.ts"

const REWRITE_EVERY_MS = 100
const LINE_EVERY_MS = 5_000

/** What is over sooner needs no line. */
const FIRST_LINE_AFTER_MS = 1_000

export interface Progress {
  /** `line` is only made when it is shown. */
  readonly show: (line: () => string) => void
  /** Leaves the terminal as if nothing had been written. */
  readonly end: () => void
}

export const progressOn = ({ err, nowMs }: Pick<Terminal, "err" | "nowMs">): Progress => {
  const every = err.isTTY ? REWRITE_EVERY_MS : LINE_EVERY_MS
  let shownAt = err.isTTY ? -Infinity : nowMs() - LINE_EVERY_MS + FIRST_LINE_AFTER_MS
  let isDirty = false
  return {
    show: (line) => {
      const now = nowMs()
      if (now - shownAt < every) return
      shownAt = now
      if (err.isTTY) {
        isDirty = true
        err.write(`\r${line().slice(0, (err.columns ?? 80) - 1)}\u001B[K`)
      } else {
        err.write(`${line()}\n`)
      }
    },
    end: () => {
      if (isDirty) err.write("\r\u001B[K")
      isDirty = false
    }
  }
}
