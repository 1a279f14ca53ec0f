/**
 * Group commit by random calls, replies, failures, deadlines and callers that go away, over a store that replies when the test says so.
 */
import type { Command, Outcome } from "@tallystick/core/machine"
import { batched, type CallError, CorruptError, NotAppliedError } from "@tallystick/core/store"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as Fiber from "effect/Fiber"
import * as fc from "fast-check"
import { expect, test } from "vitest"

import { memoryStore } from "../../../adapter-memory/src/index.ts"

const nat = fc.nat()
const step = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({
      kind: fc.constant("call" as const),
      accounts: fc.uniqueArray(fc.constantFrom("a", "a", "b", "c"), { minLength: 1, maxLength: 2 }),
      commands: fc.constantFrom(1, 1, 1, 2)
    })
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant("reply" as const),
      which: nat,
      how: fc.constantFrom("well" as const, "well" as const, "well" as const, "failed" as const, "corrupt" as const)
    })
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("leave" as const), which: nat }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("deadline" as const), which: nat }) },
  { weight: 4, arbitrary: fc.constant({ kind: "turn" as const }) }
)

interface Flush {
  readonly commands: ReadonlyArray<Command>
  readonly gate: Deferred.Deferred<void, CallError>
}

const accountsOf = (commands: ReadonlyArray<Command>): ReadonlyArray<string> => [
  ...new Set(commands.flatMap(({ legs }) => legs.map(({ account }) => account)))
]

/** A world of one history. */
const worldOf = (maxFlushes: number) => {
  const flying = new Set<Flush>()
  /** How often each command was sent. */
  const sent = new Map<string, number>()
  /** Those of a flush that failed as corrupt: they go again, each on its own. */
  const apart = new Set<string>()
  const deadlines = new Set<() => void>()
  const lastSent = new Map<string, number>()
  const calls: Array<{ ids: ReadonlyArray<string>; fiber: Fiber.Fiber<ReadonlyArray<Outcome>, CallError> }> = []
  const wrong: Array<string> = []
  let number = 0
  let ahead = 0

  const busy = (commands: ReadonlyArray<Command>): ReadonlyArray<string> => {
    const accounts = new Set([...flying].flatMap((other) => accountsOf(other.commands)))
    return accountsOf(commands).filter((account) => accounts.has(account))
  }
  const note = (commands: ReadonlyArray<Command>): void => {
    const both = busy(commands)
    if (both.length > 0) wrong.push(`${both.join(" ")} in two flushes`)
    for (const { id, legs } of commands) {
      sent.set(id, (sent.get(id) ?? 0) + 1)
      // Order of arrival, but for those that go again.
      if (apart.has(id)) continue
      for (const { account } of legs) {
        const last = lastSent.get(account) ?? -1
        if (Number(id) <= last) wrong.push(`${id} after ${last} for ${account}`)
        lastSent.set(account, Number(id))
      }
    }
  }
  const outcomesOf = (commands: ReadonlyArray<Command>) => commands.map(({ id }) => ({ _tag: "Unknown", id }) as never)
  const store = batched(
    memoryStore(),
    { maxCommands: 3, maxFlushes, maxBytes: 100_000 },
    (passed) => {
      deadlines.add(passed)
      return () => deadlines.delete(passed)
    },
    (commands) => {
      if (busy(commands).length > 0) ahead++
      return Effect.suspend(() => {
        note(commands)
        const flush = { commands, gate: Deferred.makeUnsafe<void, CallError>() }
        flying.add(flush)
        const ended = Effect.sync(() => void flying.delete(flush))
        return Effect.as(
          Effect.ensuring(Deferred.await(flush.gate), ended),
          Effect.sync(() => outcomesOf(commands))
        )
      })
    }
  )
  const call = (accounts: ReadonlyArray<string>, count: number): void => {
    const [first, ...others] = accounts.map(
      (account) => ({ account, window: { kind: "none" }, unit: "u", limit: 10, amount: 1, settle: "actual" }) as const
    )
    const commands = Array.from({ length: count }, (): Command => ({
      kind: "reserve",
      id: String(number++),
      ttlMs: 10_000,
      legs: [first!, ...others]
    }))
    calls.push({ ids: commands.map(({ id }) => id), fiber: Effect.runFork(store.execute(commands)) })
  }
  const reply = (which: number, how: "well" | "failed" | "corrupt"): void => {
    const flush = [...flying][which % Math.max(1, flying.size)]
    if (flush === undefined) return
    if (how === "corrupt") for (const { id } of flush.commands) apart.add(id)
    const failure = how === "corrupt" ? new CorruptError("one of them") : new NotAppliedError("away")
    Deferred.doneUnsafe(flush.gate, how === "well" ? Effect.void : Effect.fail(failure))
  }
  return { ahead: () => ahead, apart, call, calls, deadlines, flying, reply, sent, wrong }
}

const turn = () => new Promise((resolve) => setImmediate(resolve))

test("each call is sent once or not at all, as it is told; an account is in one flush at a time; order of arrival; all are answered", async () => {
  let ahead = 0
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 20, maxLength: 80 }),
      fc.integer({ min: 2, max: 5 }),
      async (steps, most) => {
        const { apart, call, calls, deadlines, flying, reply, sent, wrong, ...world } = worldOf(most)
        for (const one of steps) {
          if (one.kind === "call") call(one.accounts, one.commands)
          else if (one.kind === "reply") reply(one.which, one.how)
          else if (one.kind === "turn") await turn()
          else if (one.kind === "deadline") [...deadlines][one.which % Math.max(1, deadlines.size)]?.()
          else calls[one.which % Math.max(1, calls.length)]?.fiber.interruptUnsafe()
        }
        for (let rest = 0; rest < 400 && calls.some(({ fiber }) => fiber.pollUnsafe() === undefined); rest++) {
          reply(0, "well")
          await turn()
        }
        for (let last = 0; last < 20 && flying.size > 0; last++) {
          reply(0, "well")
          await turn()
        }
        expect(wrong).toEqual([])
        expect(deadlines.size).toBe(0)
        for (const { fiber, ids } of calls) {
          const exit = fiber.pollUnsafe()
          const times = ids.map((id) => sent.get(id) ?? 0)
          for (const [index, count] of times.entries())
            expect(count).toBeLessThanOrEqual(apart.has(ids[index]!) ? 2 : 1)
          if (exit === undefined) throw new Error(`${ids.join(" ")} was never answered`)
          if (Exit.isSuccess(exit)) {
            expect(exit.value.map(({ id }) => id)).toEqual(ids)
            expect(Math.min(...times)).toBeGreaterThan(0)
          }
          const failure = Exit.isFailure(exit) ? String(exit.cause) : ""
          if (failure.includes("the call waited for others")) expect(Math.max(...times)).toBe(0)
          if (failure.includes("no answer by the deadline")) expect(Math.min(...times)).toBeGreaterThan(0)
        }
        ahead += world.ahead()
      }
    ),
    { numRuns: 600 }
  )
  expect(ahead).toBeGreaterThan(1_000)
}, 60_000)
