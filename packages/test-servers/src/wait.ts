/** Polling with a bound: servers say that they are ready, no test hopes so. */
import { setTimeout as sleep } from "node:timers/promises"

/** Asks until the answer is not undefined; a throw counts as "not yet". */
export const until = async <A>(what: string, ask: () => Promise<A | undefined>, boundMs = 60_000): Promise<A> => {
  const end = performance.now() + boundMs
  for (;;) {
    let last = "no"
    try {
      const answer = await ask()
      if (answer !== undefined) return answer
    } catch (error) {
      if (error instanceof GaveUp) throw error
      last = String(error)
    }
    if (performance.now() > end) throw new Error(`${what}: not within ${boundMs} ms (${last})`)
    await sleep(20)
  }
}

/** Waiting makes no sense any more. */
export class GaveUp extends Error {}
