/**
 * Group commit. A hot account is where row locks die: every reserve waits for the one before it to reach the disk. Here what arrives while a flush is
 * under way leaves together in the next one, and is decided in order under one lock.
 */
import * as Effect from "effect/Effect"

import { readInteger } from "../machine/check.ts"
import { MAX_COMMANDS, readCommands } from "../machine/read-command.ts"
import { checked } from "./checked.ts"
import { type Bounds, Flushes, type StartDeadline } from "./flushes.ts"
import { inOneStep, type Prepare } from "./flush-request.ts"
import type { QuotaStore } from "./port.ts"

export interface BatchedOptions {
  /** Commands of one flush at most, 1 to 1,000. Default 256. A call of more goes alone. */
  readonly maxCommands?: number | undefined
  /** Bytes of one flush at most, about. Default 256 KB. A call of more goes alone. */
  readonly maxBytes?: number | undefined
  /** Flushes in flight at most, 1 to 100. Default 4. An account is in one of them at most. */
  readonly maxFlushes?: number | undefined
  /** Commands that may wait at most; what comes then is refused as `NotApplied`. Default 10,000. */
  readonly maxWaiting?: number | undefined
}

/**
 * @param regroups whether those who are answered together leave together again, where a flush costs much however small it is
 *
 * @throws InvalidInput if an option is out of its range
 */
export const readBatchedOptions = (options: BatchedOptions, regroups: boolean, isOrdered = false): Bounds => ({
  regroups,
  isOrdered,
  // In Postgres, 512 callers of a hot account: 19,700 pairs/s with 128, 21,200 with 200, 23,500 with 256, 22,100 with 400; of 1,000 accounts 17,500 with 200, 17,700 with 256, 14,700 with 400.
  maxCommands: readInteger(options.maxCommands ?? 256, "maxCommands", 1, MAX_COMMANDS),
  maxBytes: readInteger(options.maxBytes ?? 262_144, "maxBytes", 1_000, 2 ** 30),
  // In Postgres, 1,000 accounts, pairs/s with 1, 2, 4, 8: of 64 callers 6,900, 9,900, 10,000, 9,700; of 512 9,200, 14,700, 14,200, 13,300. More than 2 are for those that wait for a lock.
  maxFlushes: readInteger(options.maxFlushes ?? 4, "maxFlushes", 1, 100),
  maxWaiting: readInteger(options.maxWaiting ?? 10_000, "maxWaiting", 1, 1_000_000)
})

/**
 * The store with group commit. With nothing under way a call leaves at once. Each call is answered as it would be alone; a flush that fails fails its own
 * calls only; to interrupt a caller takes nothing from the others. Reads are passed on as they are.
 *
 * The stores in Redis and in Postgres have it built in (their option `batch`).
 *
 * @param startDeadline so that a call which had to wait also ends by its deadline: as `NotApplied` if it has not left by then, else as
 * `OutcomeUnknown`. Without it a call ends when its flush does.
 * @param prepare `execute` of that store in three steps, for commands that have been read: then a full flush is made ready while the one before it is under way.
 *
 * @throws InvalidInput if an option is out of its range
 *
 * @example
 * const store = batched(myStore, { maxFlushes: 8 })
 */
export const batched = (
  store: QuotaStore,
  options: BatchedOptions = {},
  startDeadline?: StartDeadline,
  prepare: Prepare = inOneStep(store.execute)
): QuotaStore => {
  const flushes = new Flushes(prepare, readBatchedOptions(options, true, store.capabilities.ordered), startDeadline)
  return {
    capabilities: store.capabilities,
    execute: (commands) =>
      checked(
        () => readCommands(commands),
        (items) => (items.length === 0 ? Effect.succeed([]) : flushes.execute(items))
      ),
    usage: store.usage,
    holds: store.holds,
    sweep: store.sweep,
    close: store.close
  }
}
