/**
 * A quota over a faulty memory store, with a clock that stands still and an observer that writes everything down.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"

import { memoryStore } from "../../../adapter-memory/src/index.ts"
import { createQuota, type Limit, type Observer, type Quota, type QuotaOptions, type Store } from "../../src/index.ts"
import type { Command } from "../../src/machine/command.ts"
import type { Outcome } from "../../src/machine/outcome.ts"
import { type FaultyStore, faultyStore } from "./faulty-store.ts"
import { type ManualClock, manualClock } from "./manual-clock.ts"

export type Seen = { readonly [Kind in keyof Observer]-?: Array<Parameters<NonNullable<Observer[Kind]>>[0]> }

export interface World {
  readonly quota: Quota
  readonly store: FaultyStore
  readonly clock: ManualClock
  readonly seen: Seen
  /** Sends commands to the store at the world's time, past the quota. */
  readonly execute: (commands: ReadonlyArray<Command>) => Promise<ReadonlyArray<Outcome>>
  /** used and reserved of a limit's account. */
  readonly numbers: (limit?: Limit) => Promise<readonly [used: number, reserved: number]>
}

export const daily: Limit = { account: "user:ada", unit: "tokens", limit: 50_000, window: "day" }

/** `wrap`: what the quota is given of the faulty store. */
export const makeWorld = (
  options: Partial<QuotaOptions> = {},
  wrap: (store: FaultyStore) => Store = (store) => store
): World => {
  const clock = manualClock()
  const store = faultyStore(memoryStore)
  const seen: Seen = {
    denied: [],
    overage: [],
    late: [],
    unsettled: [],
    unmeasured: [],
    undecided: [],
    insured: [],
    lost: [],
    unknownPrice: []
  }
  const observer = Object.fromEntries(
    Object.entries(seen).map(([kind, events]) => [kind, (event: unknown) => (events as Array<unknown>).push(event)])
  ) as Observer
  let ids = 0
  const quota = createQuota({ store: wrap(store), clock, observer, newId: () => `id-${++ids}`, ...options })
  return {
    quota,
    store,
    clock,
    seen,
    execute: (commands) =>
      Effect.runPromise(
        Effect.flatMap(Clock.Clock, (real) => {
          const now = Object.create(real, {
            currentTimeMillis: { value: Effect.sync(clock.nowMs) },
            currentTimeMillisUnsafe: { value: clock.nowMs }
          }) as Clock.Clock
          return Effect.provideService(store.execute(commands), Clock.Clock, now)
        })
      ),
    numbers: async (limit = daily) => {
      const { account, unit, window } = limit
      const [usage] = await quota.usage([{ account, unit, window, limit: limit.limit }])
      return [usage!.used, usage!.reserved]
    }
  }
}

/** A promise from outside, to hold a caller's function. */
export const deferred = <A>() => Promise.withResolvers<A>()
