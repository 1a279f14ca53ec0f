/**
 * Group commit, partition by partition: what befalls one master is not told to callers of another, and a slow one holds up its own accounts only.
 */
import { deadlineAfter } from "@tallystick/core/deadline"
import type { Command, Outcome } from "@tallystick/core/machine"
import { type BatchedOptions, type CallError, Flushes, inOneStep, readBatchedOptions } from "@tallystick/core/store"
import * as Effect from "effect/Effect"

import type { Part } from "./partition.ts"

type Send = (partition: string, items: ReadonlyArray<Command>) => Effect.Effect<ReadonlyArray<Outcome>, CallError>

/** @throws InvalidInput if an option is out of its range */
export const inBatches = (send: Send, options: BatchedOptions, isOrdered: boolean, callTimeoutMs: number) => {
  // The server does one call after the other: one it has, one is on its way.
  const bounds = readBatchedOptions(isOrdered ? { maxFlushes: 2, ...options } : options, isOrdered, isOrdered)
  const startDeadline = deadlineAfter(callTimeoutMs)
  const waiting = { commands: 0 }
  const byPartition = new Map<string, Flushes>()
  const flushesOf = (partition: string): Flushes => {
    const known = byPartition.get(partition)
    if (known !== undefined) return known
    const made = new Flushes(
      inOneStep((items) => send(partition, items)),
      bounds,
      startDeadline,
      waiting
    )
    byPartition.set(partition, made)
    return made
  }
  const all = flushesOf("")
  return ({ items, partition }: Part<Command>): Effect.Effect<ReadonlyArray<Outcome>, CallError> => {
    if (partition === "") return all.execute(items)
    return Effect.suspend(() => {
      const flushes = flushesOf(partition)
      // There may be as many partitions as accounts: one that nobody waits for is forgotten.
      const forget = Effect.sync(() => {
        if (flushes.isIdle && byPartition.get(partition) === flushes) byPartition.delete(partition)
      })
      return Effect.ensuring(flushes.execute(items), forget)
    })
  }
}
