/**
 * Commands and calls in short. What a call fails with is an answer like any other.
 */
import type { Command, Outcome } from "@tallystick/core/machine"
import type { CallError, QuotaStore } from "@tallystick/core/store"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"

const window = { kind: "none" } as const

/** An account as every command names it; without a stored limit. */
export const of = (account: string, limit: number | null = 1_000) => ({ account, window, unit: "u", limit })

export const reserve = (id: string, account = "a", amount = 10, ttlMs = 60_000): Command => ({
  kind: "reserve",
  id,
  ttlMs,
  legs: [{ ...of(account), amount, settle: "actual" }]
})
export const grow = (id: string, total: number, account = "a"): Command => ({
  kind: "extend",
  id,
  legs: [{ ...of(account), total }]
})
export const measure = (id: string, measured: number, account = "a"): Command => ({
  kind: "extend",
  id,
  ttlMs: 120_000,
  legs: [{ ...of(account), measured }]
})
export const finalize = (id: string, actual: number, account = "a"): Command => ({
  kind: "finalize",
  id,
  overage: "debit",
  ifUnknown: "mark",
  sentAgoMs: 0,
  legs: [{ ...of(account), actual }]
})
export const release = (id: string, account = "a"): Command => ({ kind: "release", id, legs: [of(account)] })
export const charge = (id: string, amount = 5, account = "a"): Command => ({
  kind: "charge",
  id,
  legs: [{ ...of(account), amount }]
})
export const lookup = (id: string, account = "a"): Command => ({ kind: "lookup", id, legs: [of(account)] })

/** What a call answered, or what it failed with. */
export const outcome = <A>(call: Effect.Effect<A, CallError>): Promise<A | CallError> =>
  Effect.runPromise(Effect.match(call, { onFailure: (error): A | CallError => error, onSuccess: (answer) => answer }))

export const execute = (store: QuotaStore, ...commands: ReadonlyArray<Command>): Promise<ReadonlyArray<Outcome>> =>
  Effect.runPromise(store.execute(commands))

const live = Effect.runSync(Clock.Clock)

/** The caller's clock reads this. */
export const at = <A, E>(nowMs: number, call: Effect.Effect<A, E>): Effect.Effect<A, E> => {
  const clock = Object.assign(Object.create(live) as Clock.Clock, { currentTimeMillis: Effect.succeed(nowMs) })
  return Effect.provideService(call, Clock.Clock, clock)
}

export const executeAt = (store: QuotaStore, nowMs: number, commands: ReadonlyArray<Command>) =>
  Effect.runPromise(at(nowMs, store.execute(commands)))

/** The tag of the one answer, or of what the call failed with. */
export const tagOf = async (store: QuotaStore, command: Command): Promise<string> => {
  const answer = await outcome(store.execute([command]))
  return "_tag" in answer ? answer._tag : answer[0]!._tag
}

/** [used, reserved] */
export const sums = async (store: QuotaStore, account = "a"): Promise<readonly [number, number]> => {
  const [answer] = await Effect.runPromise(store.usage([of(account)]))
  return [answer!.used, answer!.reserved]
}
