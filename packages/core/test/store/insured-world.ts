/**
 * `insured` over a memory store behind a wire that breaks on demand, at a time that stands still.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"

import { memoryStore } from "../../../adapter-memory/src/index.ts"
import type { Command, ExtendLeg, FinalizeLeg, ReserveLeg } from "../../src/machine/command.ts"
import type { Outcome } from "../../src/machine/outcome.ts"
import { insured, type CallError, type InsuredOptions, type QuotaStore } from "../../src/store/index.ts"
import { type Fault, type FaultyStore, faultyStore } from "../service/faulty-store.ts"

const none = { kind: "none" } as const

/** A tokens account with 10,000 of limit. */
export const ada = { account: "user:ada", window: none, unit: "tokens", limit: 10_000 }
export const ip = { ...ada, account: "ip:1" }

export const reserve = (id: string, amount: number, ...legs: ReadonlyArray<Partial<ReserveLeg>>): Command => ({
  kind: "reserve",
  id,
  ttlMs: 60_000,
  legs: (legs.length === 0 ? [ada] : legs).map((leg) => ({ ...ada, amount, settle: "actual", ...leg }))
})

export const extend = (id: string, leg: Partial<ExtendLeg> = {}): Command => ({
  kind: "extend",
  id,
  ttlMs: 60_000,
  legs: [{ ...ada, ...leg }]
})

export const finalize = (id: string, actual: number, ...legs: ReadonlyArray<Partial<FinalizeLeg>>): Command => ({
  kind: "finalize",
  id,
  overage: "debit",
  ifUnknown: "mark",
  sentAgoMs: 0,
  legs: (legs.length === 0 ? [ada] : legs).map((leg) => ({ ...ada, actual, ...leg }))
})

export const release = (id: string): Command => ({ kind: "release", id, legs: [ada] })

export interface InsuredWorld {
  readonly wire: FaultyStore
  readonly store: QuotaStore
  /** What all commands meet from now on. */
  readonly all: (fault: Fault) => void
  readonly pass: (ms: number) => void
  /** One command: its outcome or its error. */
  readonly send: (command: Command) => Promise<Outcome | CallError>
  readonly sendAll: (commands: ReadonlyArray<Command>) => Promise<ReadonlyArray<Outcome> | CallError>
  /** Somebody else's command, past the wire and what is insured. */
  readonly elsewhere: (command: Command) => Promise<unknown>
  /** used and reserved of an account, in the store. */
  readonly numbers: (account?: typeof ada) => Promise<readonly [used: number, reserved: number]>
}

const kinds = ["reserve", "extend", "finalize", "release", "charge", "adjust", "lookup"] as const

export const insuredWorld = (options: Partial<InsuredOptions> = {}): InsuredWorld => {
  let nowMs = 1_767_614_400_000
  const wire = faultyStore(memoryStore)
  const given = { whenDown: "admit", upTo: { tokens: 1_000 }, retryAfterMs: 0, ...options } as InsuredOptions
  const store = insured(wire, given)
  const atNow = <A, E>(effect: Effect.Effect<A, E>) =>
    Effect.flatMap(Clock.Clock, (real) => {
      const clock = Object.create(real, {
        currentTimeMillis: { value: Effect.sync(() => nowMs) },
        currentTimeMillisUnsafe: { value: () => nowMs },
        monotonicTimeNanos: { value: Effect.sync(() => BigInt(nowMs) * 1_000_000n) }
      }) as Clock.Clock
      return Effect.provideService(effect, Clock.Clock, clock)
    })
  const sendAll = async (commands: ReadonlyArray<Command>) => {
    const result = await Effect.runPromise(Effect.result(atNow(store.execute(commands))))
    return Result.isSuccess(result) ? result.success : result.failure
  }
  return {
    wire,
    store,
    sendAll,
    all: (fault) => kinds.forEach((kind) => wire.always(kind, fault)),
    pass: (ms) => {
      nowMs += ms
    },
    send: async (command) => {
      const answer = await sendAll([command])
      return Array.isArray(answer) ? answer[0] : answer
    },
    elsewhere: async (command) => Effect.runPromise(atNow(wire.execute([command]))),
    numbers: async (account = ada) => {
      const [usage] = await Effect.runPromise(atNow(wire.usage([account])))
      return [usage!.used, usage!.reserved]
    }
  }
}
