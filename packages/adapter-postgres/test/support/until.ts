/**
 * Asking until it is so, with a bound.
 */
import { setTimeout as sleep } from "node:timers/promises"

export const until = async (
  what: string,
  isSo: () => Promise<boolean> | boolean,
  withinMs = 120_000
): Promise<void> => {
  const end = performance.now() + withinMs
  while (!(await isSo())) {
    if (performance.now() > end) throw new Error(`${what}: not within ${withinMs / 1_000} s`)
    await sleep(5)
  }
}
