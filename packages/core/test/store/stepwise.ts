/**
 * Group commit over a store that replies when the test says so; each step is written down.
 */
import type { Command } from "@tallystick/core/machine"
import {
  batched,
  type BatchedOptions,
  type CallError,
  OutcomeUnknownError,
  type StartDeadline
} from "@tallystick/core/store"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"

import { memoryStore } from "../../../adapter-memory/src/index.ts"

export const reserve = (id: string, accounts = "a"): Command => {
  const [first, ...others] = accounts
    .split(" ")
    .map(
      (account) => ({ account, window: { kind: "none" }, unit: "u", limit: 10, amount: 1, settle: "actual" }) as const
    )
  return { kind: "reserve", id, ttlMs: 10_000, legs: [first!, ...others] }
}

export const turn = () => new Promise((resolve) => setImmediate(resolve))

export const stepwise = (
  options: BatchedOptions = { maxCommands: 2 },
  startDeadline?: StartDeadline,
  ordered = false
) => {
  const plain = memoryStore()
  const inner = { ...plain, capabilities: { ...plain.capabilities, ordered } }
  const steps: Array<string> = []
  const gates = new Map<string, Deferred.Deferred<void, CallError>>()
  const unread = new Set<string>()
  const store = batched(inner, options, startDeadline, (commands) => {
    const ids = commands.map(({ id }) => id).join(" ")
    steps.push(`make ${ids}`)
    if (ids.includes("!")) throw new Error("a mistake in the store")
    return Effect.suspend(() => {
      steps.push(`send ${ids}`)
      const gate = Deferred.makeUnsafe<void, CallError>()
      gates.set(ids, gate)
      const read = Effect.suspend(() => {
        steps.push(`read ${ids}`)
        return unread.has(ids)
          ? Effect.fail(new OutcomeUnknownError("its reply cannot be read"))
          : inner.execute(commands)
      })
      return Effect.as(Deferred.await(gate), read)
    })
  })
  const send = (...commands: ReadonlyArray<Command>) =>
    Effect.runFork(
      Effect.onExit(store.execute(commands), ({ _tag }) => Effect.sync(() => steps.push(`${_tag} ${commands[0]!.id}`)))
    )
  const reply = async (ids: string, error?: CallError) => {
    Deferred.doneUnsafe(gates.get(ids)!, error === undefined ? Effect.void : Effect.fail(error))
    for (let turns = 0; turns < 4; turns++) await turn()
  }
  /** What was done since it was asked for the last time. */
  const since = () => steps.splice(0)
  const errorOf = (fiber: ReturnType<typeof send>) => Effect.runPromise(Effect.flip(Fiber.join(fiber)))
  return { send, reply, since, errorOf, unread }
}
