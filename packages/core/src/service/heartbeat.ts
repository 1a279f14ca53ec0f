/**
 * Renews a turn while it runs, and carries what it used, so that a process that dies is charged for it.
 */
import * as Effect from "effect/Effect"
import type * as Fiber from "effect/Fiber"

import type { LegState, Outcome } from "../machine/outcome.ts"
import { inBackground } from "./background.ts"
import { send } from "./call.ts"
import {
  clockOf,
  currentFiber,
  currentMs,
  type Environment,
  isWithinTransaction,
  monotonicMsOf
} from "./environment.ts"
import { ReservationEnded } from "./errors.ts"
import { report } from "./report.ts"
import { extendOf } from "./part.ts"
import { BEATS_PER_TTL } from "./settings.ts"
import type { Heartbeat, Turn } from "./turn.ts"
import { type Waiter, WaitingLine } from "./waiting-line.ts"

/** After a beat that failed the next comes sooner: a twelfth of the ttl, so that eight fit before the deadline. */
const HURRIED_BEATS_PER_TTL = 12

class TurnBeating implements Waiter<TurnBeating>, Heartbeat {
  readonly turn: Turn
  readonly untilMs: number
  dueMs = 0
  fiber: Fiber.Fiber<unknown, unknown> | undefined = undefined
  line: WaitingLine<TurnBeating> | undefined = undefined
  before: TurnBeating | undefined = undefined
  behind: TurnBeating | undefined = undefined

  constructor(turn: Turn, untilMs: number) {
    this.turn = turn
    this.untilMs = untilMs
  }

  stop(): void {
    if (this.line === undefined) this.fiber?.interruptUnsafe()
    else this.line.remove(this)
  }
}

/** Lines of turns that wait, by how long they wait: as many as there are different ttls. */
export type Heartbeats = Map<number, WaitingLine<TurnBeating>>

/**
 * Starts it. It ends with the turn, when the turn was ended elsewhere, after `renewForMs`, and with the quota. Inside a transaction there is none: whoever
 * resumes the reservation behind the commit renews it.
 */
export const startHeartbeat = (env: Environment, turn: Turn): Effect.Effect<void> =>
  isWithinTransaction(env)
    ? Effect.void
    : Effect.withFiber((fiber) => {
        const nowMs = monotonicMsOf(clockOf(fiber))
        const beating = new TurnBeating(turn, nowMs + turn.settings.renewForMs)
        turn.heartbeat = beating
        // Another policy than the store's own must reach it before the holder can die.
        return turn.settings.whenUnknown === "charge-measured"
          ? wait(env, beating, everyMs(turn), nowMs)
          : start(env, beating)
      })

const everyMs = (turn: Turn): number => Math.ceil(turn.settings.ttlMs / BEATS_PER_TTL)
const hurriedMs = (turn: Turn): number => Math.ceil(turn.settings.ttlMs / HURRIED_BEATS_PER_TTL)

/** Stands in line for its next renewal. */
const wait = (env: Environment, beating: TurnBeating, ms: number, nowMs: number): Effect.Effect<void> => {
  let line = env.heartbeats.get(ms)
  if (line === undefined) env.heartbeats.set(ms, (line = new WaitingLine<TurnBeating>()))
  beating.dueMs = nowMs + ms
  line.add(beating)
  if (line.isWatched) return Effect.void
  line.isWatched = true
  return Effect.asVoid(inBackground(env, watchLine(env, line, ms)))
}

/** Starts the renewals of a line when they are due, until nobody waits. */
const watchLine = Effect.fnUntraced(function* (env: Environment, line: WaitingLine<TurnBeating>, ms: number) {
  const clock = clockOf(yield* currentFiber)
  for (let first = line.first; first !== undefined; first = line.first) {
    const leftMs = first.dueMs - monotonicMsOf(clock)
    // Not for what is left of the first, but until it is due: whoever ends before is passed over.
    if (leftMs > 0) yield* Effect.sleep(Math.ceil(leftMs))
    else {
      line.remove(first)
      yield* start(env, first)
    }
  }
  line.isWatched = false
  env.heartbeats.delete(ms)
})

const start = (env: Environment, beating: TurnBeating): Effect.Effect<void> =>
  Effect.map(inBackground(env, renew(env, beating)), (fiber) => {
    beating.fiber = fiber
  })

const renew = Effect.fnUntraced(function* (env: Environment, beating: TurnBeating) {
  const { turn, untilMs } = beating
  const clock = clockOf(yield* currentFiber)
  if (turn.ended !== undefined || monotonicMsOf(clock) >= untilMs) return
  const outcomes = yield* Effect.result(beat(env, turn))
  if (outcomes._tag === "Success") {
    const state = lostState(outcomes.success)
    if (state !== undefined) return yield* lose(env, turn, state)
  }
  if (turn.ended !== undefined) return
  const waitMs = outcomes._tag === "Success" ? everyMs(turn) : hurriedMs(turn)
  yield* wait(env, beating, waitMs, monotonicMsOf(clock))
})

/** One renewal of all parts. */
export const beat = (env: Environment, turn: Turn, ttlMs: number = turn.settings.ttlMs) =>
  Effect.gen(function* () {
    const sentAtMs = yield* currentMs
    const outcomes = yield* send(
      env.store,
      (nowMs) => {
        const { whenUnknown } = turn.settings
        return turn.parts.map((_, index) =>
          extendOf(turn.parts, index, turn.meter, { ttlMs, whenUnknown }, env.calendar, nowMs)
        )
      },
      env.settings.callTimeoutMs
    )
    if (outcomes.every((outcome) => outcome._tag === "Extended")) {
      turn.knownAtMs = sentAtMs
      turn.insured = outcomes.some((outcome) => outcome.insured === true)
    }
    return outcomes
  })

/** What the store says of a reservation that is no longer held; undefined: all are. */
export const lostState = (outcomes: ReadonlyArray<Outcome>): LegState | undefined => {
  for (const outcome of outcomes) {
    if (outcome._tag === "Unknown") return "none"
    if (outcome._tag !== "Ended" && outcome._tag !== "Conflict") continue
    return outcome.legs.find((leg) => leg.state !== "held")?.state ?? "none"
  }
  return undefined
}

/**
 * Nothing more can be renewed. A turn that somebody ended (an operator, another process) is told to stop; one whose
 * deadline passed runs on, for the store may just have been away: its end is counted late.
 */
const lose = (env: Environment, turn: Turn, state: LegState): Effect.Effect<void> =>
  Effect.suspend(() => {
    if (turn.ended !== undefined) return Effect.void
    if (state === "finalized" || state === "released")
      turn.controller.abort(new ReservationEnded(turn.requestId, state))
    return report(env.observer, "lost", { requestId: turn.requestId, state })
  })
