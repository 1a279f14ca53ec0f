/**
 * What all operations of one quota share.
 */
import * as Clock from "effect/Clock"
import type * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type * as Fiber from "effect/Fiber"
import type * as Scope from "effect/Scope"
import type * as Semaphore from "effect/Semaphore"

import type { QuotaStore } from "../store/port.ts"
import type { Heartbeats } from "./heartbeat.ts"
import type { SettlementJournal } from "./journal.ts"
import type { Observer } from "./observer.ts"
import type { Settings } from "./settings.ts"
import type { Turn } from "./turn.ts"
import type { Calendar } from "./window.ts"

export interface Environment {
  readonly store: QuotaStore
  readonly settings: Settings
  readonly observer: Observer
  readonly journal: SettlementJournal
  readonly newId: () => string
  readonly calendar: Calendar
  /** Clock, tracer and scheduler of the quota, for what runs behind its callers' backs. */
  readonly context: Context.Context<never>
  /** Ends with the quota: heartbeats and the journal's replay. */
  readonly scope: Scope.Scope
  /** Settlements under way that no turn waits for: `close` does. */
  readonly settling: Set<Fiber.Fiber<unknown, unknown>>
  readonly turns: Set<Turn>
  readonly heartbeats: Heartbeats
  /** Ids whose release is under way or in the journal. */
  readonly releasing: Set<string>
  /** One replay of the journal at a time. */
  readonly replaying: Semaphore.Semaphore
  closed: boolean
  /** A replay is planned. */
  replayPlanned: boolean
}

/** The store is a transaction of the caller's: nothing is sent again, later, or behind the caller's back, and an error fails all of it. */
export const isWithinTransaction = ({ store }: Pick<Environment, "store">): boolean =>
  store.capabilities.withinTransaction === true

/** The time, in whole milliseconds: a clock may give fractions, a command may not carry them. */
export const currentMs: Effect.Effect<number> = Effect.withFiber((fiber) => Effect.succeed(msOf(clockOf(fiber))))

/** Something that depends on when it is sent: the calendar's windows, and how long ago. */
export const atNow = <A>(build: (nowMs: number) => A): Effect.Effect<A> =>
  Effect.withFiber((fiber) => Effect.succeed(build(msOf(clockOf(fiber)))))

/** The fiber that runs: for what asks several things of it, each of which would be a step of its own. */
export const currentFiber: Effect.Effect<Fiber.Fiber<unknown, unknown>> = Effect.withFiber(Effect.succeed)

export const clockOf = (fiber: Fiber.Fiber<unknown, unknown>): Clock.Clock => fiber.getRef(Clock.Clock)

/** See `currentMs`. */
export const msOf = (clock: Clock.Clock): number => Math.floor(clock.currentTimeMillisUnsafe())

/** Time that never goes back, in milliseconds with a fraction: exact to the nanosecond for the first 104 days of a machine. */
export const monotonicMsOf = (clock: Clock.Clock): number => Number(clock.monotonicTimeNanosUnsafe()) / 1e6
