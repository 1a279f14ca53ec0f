/**
 * The one place of the simulator that touches the real event loop: a turn of it, and how long to wait for a real server.
 */

/** One turn of the event loop: every promise that can go on has gone on, and I/O had its chance. */
export const turn = (): Promise<void> =>
  new Promise((resolve) => {
    setImmediate(resolve)
  })

/**
 * Waits until `isDone`, for at most `turns` turns of the event loop, or (for stores that do I/O) `forMs` of real time.
 *
 * A number of turns is the same in every run, a real time is not: in-process stores get turns only.
 */
export const until = async (isDone: () => boolean, turns: number, forMs: number): Promise<void> => {
  for (let left = turns; left > 0 && !isDone(); left--) await turn()
  if (forMs === 0 || isDone()) return
  const end = Date.now() + forMs
  while (!isDone() && Date.now() < end) await turn()
}
