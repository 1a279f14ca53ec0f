/**
 * For adapters whose store is behind a socket: every call ends by its deadline, whatever the socket does. What goes over a real socket ends by real time, also in
 * a simulated world; this file alone sets timers for it.
 */

/** Thrown at the deadline. */
export class DeadlineError extends Error {
  constructor(afterMs: number) {
    super(`no answer within ${afterMs} ms`)
    this.name = "DeadlineError"
  }
}

/** What is left of a call's time. */
export interface Deadline {
  /** Aborts at the deadline, or when the caller is gone. */
  readonly signal: AbortSignal
  readonly leftMs: () => number
}

declare const setImmediate: (act: () => void) => object
declare const clearImmediate: (turn: object) => void

/**
 * After what lies in the sockets has been read; what it gives takes it back. A process that stood still past a deadline (stopped, asleep, or at work for long)
 * finds its timers first, and the answers that came meanwhile only then: without this it would throw them away and call them unknown (`tallystick storm` found it).
 */
export const afterReplies = (act: () => void): (() => void) => {
  const turn = setImmediate(act)
  return () => clearImmediate(turn)
}

/** At the deadline, after what was still waiting to be sent has said so, and before `DeadlineError`; however many promises that passes through. */
export const afterWaiting = (act: () => void): void => void setTimeout(act, 0)

/** How a call ends. */
interface Ends<A> {
  readonly done: (value: A) => void
  readonly failed: (error: unknown) => void
}

/**
 * Fails with `DeadlineError` after so many ms; `start` gets the deadline. What was still waiting to be sent, and rejects when its signal aborts, says first that
 * nothing happened.
 *
 * @returns what ends it before its time, when nobody waits for it any more
 *
 * @example
 * const leave = beginWithDeadline(5_000, ({ signal }) => driver.query(text, values, signal), { done: show, failed: warn })
 */
export const beginWithDeadline = <A>(
  afterMs: number,
  start: (deadline: Deadline) => Promise<A>,
  { done, failed }: Ends<A>
): (() => void) => {
  const controller = new AbortController()
  const giveUp = (): void => {
    endTimer()
    controller.abort()
    afterWaiting(() => afterWaiting(() => failed(new DeadlineError(afterMs))))
  }
  const endMs = performance.now() + afterMs
  const timer = setTimeout(() => (endTimer = afterReplies(giveUp)), afterMs)
  let endTimer = (): void => clearTimeout(timer)
  start({ signal: controller.signal, leftMs: () => Math.max(0, endMs - performance.now()) }).then(
    (value) => {
      endTimer()
      done(value)
    },
    (error: unknown) => {
      endTimer()
      failed(error)
    }
  )
  return giveUp
}

/**
 * The same for a caller who has a signal, and waits for a promise.
 *
 * @example
 * await withDeadline(5_000, signal, ({ signal }) => driver.query(text, values, signal))
 */
export const withDeadline = <A>(
  afterMs: number,
  signal: AbortSignal,
  start: (deadline: Deadline) => Promise<A>
): Promise<A> =>
  new Promise((resolve, reject) => {
    const end = (): void => signal.removeEventListener("abort", giveUp)
    const giveUp = beginWithDeadline(afterMs, start, {
      done: (value) => {
        end()
        resolve(value)
      },
      failed: (error) => {
        end()
        reject(error instanceof Error ? error : new Error(String(error)))
      }
    })
    signal.addEventListener("abort", giveUp)
  })

/** Waits so many ms; false: the signal aborted before. */
export const pause = (ms: number, signal: AbortSignal): Promise<boolean> =>
  new Promise((resolve) => {
    const end = (isOver: boolean) => (): void => {
      clearTimeout(timer)
      signal.removeEventListener("abort", abort)
      resolve(isOver)
    }
    const abort = end(false)
    const timer = setTimeout(end(true), ms)
    if (signal.aborted) abort()
    else signal.addEventListener("abort", abort)
  })

/** For a call that waits for a flush: `passed` is called after so many ms, unless what it gives is called before. */
export const deadlineAfter =
  (afterMs: number) =>
  (passed: () => void): (() => void) => {
    const timer = setTimeout(passed, afterMs)
    return () => clearTimeout(timer)
  }
