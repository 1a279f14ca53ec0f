/**
 * Ends a turn, once.
 */
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"

import type { Ending } from "./ending.ts"
import { atNow, type Environment } from "./environment.ts"
import type { Amounts } from "./limit.ts"
import { report } from "./report.ts"
import { planEnding } from "./plan.ts"
import { deliverAll } from "./settle.ts"
import { type Settlement, settlementOf } from "./settlement.ts"
import type { Ended, Turn } from "./turn.ts"
import { unsettled } from "./try-ending.ts"

/**
 * The settle-once latch: who comes first ends the turn; all get the same settlement. Nothing that waits for it can
 * interrupt it. It takes as long as `settleWithinMs` and one call at most. It dies only where the caller's own transaction has failed.
 */
export const end = (env: Environment, turn: Turn, ended: Ended, actuals: Amounts = {}): Effect.Effect<Settlement> =>
  Effect.uninterruptible(
    Effect.suspend(() => {
      if (turn.ended !== undefined) return Deferred.await(turn.done)
      turn.ended = ended
      turn.forget()
      turn.heartbeat?.stop()
      return Effect.onExit(settle(env, turn, ended, actuals), (exit) => {
        env.turns.delete(turn)
        Deferred.doneUnsafe(turn.done, exit)
        return Effect.void
      })
    })
  )

const settle = (env: Environment, turn: Turn, ended: Ended, actuals: Amounts): Effect.Effect<Settlement> => {
  // A growth under way may add a reservation: it must be among those that are ended.
  const plan = atNow((nowMs) => planEnding(turn, ended, actuals, nowMs))
  return Effect.flatMap(turn.growing === undefined ? plan : turn.growing.withPermits(1)(plan), (endings) => {
    const sent = sendAll(env, turn, ended, endings)
    const units = ended === "finalized" ? unmeasuredUnits(turn, actuals) : []
    return units.length === 0 ? sent : Effect.andThen(reportUnmeasured(env, turn, units), sent)
  })
}

const sendAll = (env: Environment, turn: Turn, ended: Ended, endings: ReadonlyArray<Ending>) => {
  const sent = endings.filter((ending) => ending.legs.length > 0)
  // The store was away a moment ago: one try, so that nobody waits for it; then the journal's turn.
  const withinMs = turn.insured ? 0 : env.settings.settleWithinMs
  return Effect.flatMap(deliverAll(env, sent, withinMs), (deliveries) => {
    const settlement = settlementOf(turn.requestId, ended, sent, deliveries)
    const { standing } = turn
    if (sent.length > 0 || standing._tag !== "observed" || standing.refused === null) return Effect.succeed(settlement)
    // No account took it: none has a limit, or all are closed.
    const problem = { kind: "refused", refusal: standing.refused.reason } as const
    return Effect.as(unsettled(env, endings[0]!, problem, false), { ...settlement, problem })
  })
}

/** A call that succeeded and never said what it used is mostly a forgotten `used`: it would be free. */
const unmeasuredUnits = (turn: Turn, actuals: Amounts): ReadonlyArray<string> => {
  const unmeasured: Array<string> = []
  for (const { legs } of turn.parts)
    for (const { settle, unit } of legs)
      if (
        settle === "actual" &&
        actuals[unit] === undefined &&
        turn.meter.total(unit) === null &&
        !unmeasured.includes(unit)
      )
        unmeasured.push(unit)
  return unmeasured
}

const reportUnmeasured = (env: Environment, turn: Turn, units: ReadonlyArray<string>): Effect.Effect<void> =>
  report(env.observer, "unmeasured", { requestId: turn.requestId, units, policy: turn.settings.whenUnknown })
