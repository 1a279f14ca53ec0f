/**
 * Removes all that stores under one prefix keep: for simulations and tests. It walks through the whole server a thousand keys at a time, so that nobody
 * waits for it; of a Cluster it reaches one master.
 */
import { withDeadline } from "@tallystick/core/deadline"
import { InvalidInput } from "@tallystick/core/machine"

import type { RedisDriver } from "./driver.ts"
import { storeErrorOf } from "./errors.ts"
import { readPrefix } from "./keys.ts"
import { runScript } from "./run-script.ts"
import { removeScript } from "./script.ts"

const STEP_TIMEOUT_MS = 5_000

/**
 * @returns how many keys there were
 *
 * @example
 * await removeKeys(redisDriver({ url: "redis://localhost:6379" }), "my-tests:")
 */
export const removeKeys = async (driver: RedisDriver, prefix: string): Promise<number> => {
  if (readPrefix(prefix) === "") throw new InvalidInput("prefix", "not empty: that would remove every key", prefix)
  // What Redis reads as a pattern stands for itself.
  const pattern = `${prefix.replaceAll(/[\\*?[\]^-]/g, "\\$&")}*`
  let cursor = "0"
  let count = 0
  do {
    const reply = await step(driver, prefix, [cursor, pattern])
    cursor = String(reply[0])
    count += Number(reply[1])
  } while (cursor !== "0")
  return count
}

const step = async (
  driver: RedisDriver,
  prefix: string,
  args: ReadonlyArray<string>
): Promise<ReadonlyArray<unknown>> => {
  try {
    return (await withDeadline(STEP_TIMEOUT_MS, new AbortController().signal, ({ signal }) =>
      runScript(driver, removeScript, [prefix], args, signal)
    )) as ReadonlyArray<unknown>
  } catch (error) {
    throw storeErrorOf(error)
  }
}
