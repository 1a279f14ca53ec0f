/**
 * A clock that stands still until it is told to go on, for the promise front.
 */
import type { QuotaClock } from "../../src/index.ts"

export interface ManualClock extends QuotaClock {
  /** Goes on, stopping at each timer on the way; what a timer starts has run before the next one rings. */
  readonly advance: (ms: number) => Promise<void>
  /** Timers that are set. */
  readonly pending: () => number
}

/** Lets everything run that waits for nothing but its turn. */
export const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve))
}

/** Years ago, so that a test which lets the real clock in fails on every day, and not only from some hour on. */
const START_MS = Date.UTC(2020, 10, 24, 12)

export const manualClock = (startMs = START_MS): ManualClock => {
  let nowMs = startMs
  const timers = new Set<{ readonly atMs: number; readonly wake: () => void }>()
  const next = (untilMs: number) =>
    [...timers].filter((timer) => timer.atMs <= untilMs).toSorted((left, right) => left.atMs - right.atMs)[0]
  return {
    nowMs: () => nowMs,
    after: (ms, wake) => {
      const timer = { atMs: nowMs + ms, wake }
      timers.add(timer)
      return () => timers.delete(timer)
    },
    advance: async (ms) => {
      const untilMs = nowMs + ms
      await settle()
      for (let timer = next(untilMs); timer !== undefined; timer = next(untilMs)) {
        nowMs = Math.max(nowMs, timer.atMs)
        timers.delete(timer)
        timer.wake()
        await settle()
      }
      nowMs = untilMs
      await settle()
    },
    pending: () => timers.size
  }
}
