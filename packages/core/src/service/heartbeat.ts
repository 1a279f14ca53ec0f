/**
 * Renews a turn while it runs, and carries what it used, so that a process that dies is charged for it.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"

import type { LegState, Outcome } from "../machine/outcome.ts"
import { inBackground } from "./background.ts"
import { send } from "./call.ts"
import { atNow, currentMs, type Environment, isWithinTransaction } from "./environment.ts"
import { ReservationEnded } from "./errors.ts"
import { report } from "./report.ts"
import { extendOf } from "./part.ts"
import { BEATS_PER_TTL } from "./settings.ts"
import type { Turn } from "./turn.ts"

/** After a beat that failed the next comes sooner: a twelfth of the ttl, so that eight fit before the deadline. */
const HURRIED_BEATS_PER_TTL = 12

/**
 * Starts it. It ends with the turn, when the turn was ended elsewhere, after `renewForMs`, and with the quota. Inside a transaction there is none: whoever
 * resumes the reservation behind the commit renews it.
 */
export const startHeartbeat = (env: Environment, turn: Turn): Effect.Effect<void> =>
  isWithinTransaction(env)
    ? Effect.void
    : Effect.map(inBackground(env, beats(env, turn)), (fiber) => {
        turn.heartbeat = fiber
      })

const beats = Effect.fnUntraced(function* (env: Environment, turn: Turn) {
  const everyMs = Math.ceil(turn.settings.ttlMs / BEATS_PER_TTL)
  const hurriedMs = Math.ceil(turn.settings.ttlMs / HURRIED_BEATS_PER_TTL)
  const untilNanos = (yield* Clock.monotonicTimeNanos) + BigInt(turn.settings.renewForMs) * 1_000_000n
  // Another policy than the store's own must reach it before the holder can die.
  let waitMs = turn.settings.whenUnknown === "charge-measured" ? everyMs : 0
  for (;;) {
    if (waitMs > 0) yield* Effect.sleep(waitMs)
    if (turn.ended !== undefined || (yield* Clock.monotonicTimeNanos) >= untilNanos) return
    const outcomes = yield* Effect.result(beat(env, turn))
    if (outcomes._tag === "Success") {
      const state = lostState(outcomes.success)
      if (state !== undefined) return yield* lose(env, turn, state)
    }
    waitMs = outcomes._tag === "Success" ? everyMs : hurriedMs
  }
})

/** One renewal of all parts. */
export const beat = (env: Environment, turn: Turn) =>
  Effect.gen(function* () {
    const sentAtMs = yield* currentMs
    const outcomes = yield* send(
      env.store,
      atNow((nowMs) => {
        const { ttlMs, whenUnknown } = turn.settings
        return turn.parts.map((_, index) =>
          extendOf(turn.parts, index, turn.meter, { ttlMs, whenUnknown }, env.calendar, nowMs)
        )
      }),
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
