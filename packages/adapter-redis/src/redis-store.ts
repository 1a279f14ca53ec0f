/**
 * The Redis adapter: one call of one script per `execute`, for all commands and legs.
 */
import { beginWithDeadline } from "@tallystick/core/deadline"
import { InvalidInput, readAccounts, readCommands, readInteger } from "@tallystick/core/machine"
import type { Command } from "@tallystick/core/machine"
import { checked, NotAppliedError } from "@tallystick/core/store"
import type { CallError, QuotaStore, StoreError } from "@tallystick/core/store"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"

import { inBatches } from "./batches.ts"
import { readUsage } from "./decode.ts"
import { readErrorOf, storeErrorOf } from "./errors.ts"
import { holdsPage, readHolds } from "./holds.ts"
import { readOptions } from "./options.ts"
import type { ReadOptions, RedisStoreOptions } from "./options.ts"
import { merge, partitionOf, splitAccounts, splitCommands } from "./partition.ts"
import type { Part } from "./partition.ts"
import { allOf, executeParts } from "./parts.ts"
import { executeWhenFullScript } from "./script.ts"
import { Server } from "./server.ts"
import { executeCommands } from "./when-full.ts"

/**
 * A store in Redis (7.0 or later), Valkey, or a Cluster of either.
 *
 * It connects at its first call. Keys that time has made unknown expire by themselves. What was acknowledged is as durable as the server's
 * persistence makes it.
 *
 * @throws InvalidInput, MisconfiguredError if an option is wrong, or a given connection would send commands twice
 *
 * @example
 * const quota = createQuota({ store: redisStore({ url: "redis://localhost:6379" }) })
 */
export const redisStore = (options: RedisStoreOptions = {}): QuotaStore => {
  const read = readOptions(options)
  const { callTimeoutMs, clock, close, driver, eviction, partition, prefix, settings } = read
  const server = new Server(driver, prefix, settings, eviction)
  let isClosed = false
  const call: Call = (read, act, errorOf = readErrorOf) => {
    const at = (nowMs: number | undefined) => {
      const actUnlessClosed = (input: Parameters<typeof act>[0], signal: AbortSignal) =>
        isClosed ? Promise.reject(new NotAppliedError("the store is closed")) : act(input, nowMs, signal)
      return attempt(read, actUnlessClosed, callTimeoutMs, errorOf)
    }
    return clock === "store" ? at(undefined) : Effect.flatMap(Clock.currentTimeMillis, (ms) => at(Math.floor(ms)))
  }
  return {
    capabilities: {
      atomicOver: partition === undefined ? "database" : "partition",
      durable: true,
      clock,
      ledger: false,
      settledRetentionMs: settings.settledRetentionMs
    },
    execute: executorOf(server, read, call),
    usage: (accounts) =>
      call(
        () => splitAccounts(readAccounts(accounts), partition),
        async (parts, nowMs, signal) => {
          const answers = parts.map(async ({ items, partition }) => {
            const question = { kind: "usage", legs: items } as const
            return readUsage(await server.ask(executeWhenFullScript, partition, [question], nowMs, signal), items)
          })
          return merge(parts, await allOf(answers))
        }
      ),
    holds: (account, page) =>
      call(
        () => readHolds(account, page),
        (request, nowMs, signal) => {
          const part = partitionOf(request.account.account, partition)
          return holdsPage(request, (question) => server.ask(executeWhenFullScript, part, [question], nowMs, signal))
        }
      ),
    // Keys expire by themselves.
    sweep: (limit) =>
      call(
        () => readInteger(limit, "limit", 1, 1_000_000),
        async () => ({ entries: 0, accounts: 0, more: false })
      ),
    close: Effect.promise(async () => {
      isClosed = true
      await close()
    })
  }
}

/** Reads the input, then acts at this time within the deadline. */
type Call = <Input, A>(
  read: () => Input,
  act: (input: Input, nowMs: number | undefined, signal: AbortSignal) => Promise<A>,
  errorOf?: (error: unknown) => StoreError
) => Effect.Effect<A, CallError>

/** All that one call asks of one partition is one call of the script; with group commit, also what other callers ask of it meanwhile. */
const executorOf = (
  server: Server,
  { batch, callTimeoutMs, driver, partition }: ReadOptions,
  call: Call
): QuotaStore["execute"] => {
  const send = (name: string, commands: ReadonlyArray<Command>) =>
    call(
      () => commands,
      (commands, nowMs, signal) =>
        executeCommands(commands, (script, items) => server.ask(script, name, items, nowMs, signal)),
      storeErrorOf
    )
  const executePart =
    batch === false
      ? ({ items, partition }: Part<Command>) => send(partition, items)
      : inBatches(send, batch, driver.ordered === true, callTimeoutMs)
  return (commands) =>
    checked(
      () => splitCommands(readCommands(commands), partition),
      (parts) => executeParts(parts, executePart)
    )
}

/**
 * Reads the input, then acts within the deadline. What the input refuses is the call's failure, and nothing is sent. One signal for deadline and caller: that
 * of `Effect.tryPromise` had to be listened to, and its promise waited for.
 */
const attempt = <Input, A>(
  read: () => Input,
  act: (input: Input, signal: AbortSignal) => Promise<A>,
  callTimeoutMs: number,
  errorOf: (error: unknown) => StoreError
): Effect.Effect<A, CallError> =>
  Effect.callback<A, CallError>((resume) => {
    const failed = (error: unknown): void => resume(Effect.fail(error instanceof InvalidInput ? error : errorOf(error)))
    let input: Input
    try {
      input = read()
    } catch (error) {
      return failed(error)
    }
    const leave = beginWithDeadline(callTimeoutMs, ({ signal }) => act(input, signal), {
      done: (value) => resume(Effect.succeed(value)),
      failed
    })
    return Effect.sync(leave)
  })
