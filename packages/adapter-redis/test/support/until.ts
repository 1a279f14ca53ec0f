/**
 * Asking until it is so, with a bound.
 */
import { setTimeout as sleep } from "node:timers/promises"

export const until = async (what: string, isSo: () => Promise<boolean> | boolean): Promise<void> => {
  const end = performance.now() + 20_000
  while (!(await isSo())) {
    if (performance.now() > end) throw new Error(`${what}: not within 20 s`)
    await sleep(5)
  }
}
