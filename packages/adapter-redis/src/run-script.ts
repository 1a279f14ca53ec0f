/**
 * One run of a script: by its hash, or by its text where the server has lost it (a restart, a failover, SCRIPT FLUSH).
 */
import { codeOf } from "./errors.ts"
import type { RedisDriver } from "./driver.ts"
import type { Script } from "./script.ts"

/** NOSCRIPT says that nothing was done, so that to send it again is to send it once. */
export const runScript = async (
  driver: RedisDriver,
  script: Script,
  keys: ReadonlyArray<string>,
  args: ReadonlyArray<string>,
  signal: AbortSignal
): Promise<unknown> => {
  try {
    return await driver.evaluate("EVALSHA", script.sha, keys, args, signal)
  } catch (error) {
    if (codeOf(error) !== "NOSCRIPT" || signal.aborted) throw error
    return driver.evaluate("EVAL", script.text, keys, args, signal)
  }
}
