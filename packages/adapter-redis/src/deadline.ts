/**
 * Every call ends by its deadline, whatever the socket does. What goes over a real socket ends by real time, also in a simulated world: this file
 * alone sets a timer.
 */

/** Thrown at the deadline. */
export class DeadlineError extends Error {
  constructor(afterMs: number) {
    super(`no answer within ${afterMs} ms`)
    this.name = "DeadlineError"
  }
}

/** At the deadline, after what was still waiting to be sent has said so, and before `DeadlineError`. */
export const afterWaiting = (act: () => void): void => void setImmediate(act)

/** Rejects with `DeadlineError` after so many ms, or at once when `signal` aborts; `start` gets a signal that aborts then. */
export const withDeadline = <A>(
  afterMs: number,
  signal: AbortSignal,
  start: (signal: AbortSignal) => Promise<A>
): Promise<A> =>
  new Promise((resolve, reject) => {
    const controller = new AbortController()
    const end = (): void => {
      clearTimeout(timer)
      signal.removeEventListener("abort", giveUp)
    }
    const giveUp = (): void => {
      end()
      controller.abort()
      // What was still waiting to be sent says so first, and that nothing happened; however many promises that passes through.
      afterWaiting(() => afterWaiting(() => reject(new DeadlineError(afterMs))))
    }
    const timer = setTimeout(giveUp, afterMs)
    signal.addEventListener("abort", giveUp)
    start(controller.signal).then(
      (value) => {
        end()
        resolve(value)
      },
      (error: unknown) => {
        end()
        reject(error instanceof Error ? error : new Error(String(error)))
      }
    )
  })

/** For a call that waits for a flush: `passed` is called after so many ms, unless what it gives is called before. */
export const deadlineAfter =
  (afterMs: number) =>
  (passed: () => void): (() => void) => {
    const timer = setTimeout(passed, afterMs)
    return () => clearTimeout(timer)
  }
