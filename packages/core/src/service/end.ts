/**
 * Ends a turn, once.
 */
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"

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

const settle = Effect.fnUntraced(function* (
  env: Environment,
  turn: Turn,
  ended: Ended,
  actuals: Amounts
): Effect.fn.Return<Settlement> {
  // A growth under way may add a reservation: it must be among those that are ended.
  const plan = atNow((nowMs) => planEnding(turn, ended, actuals, nowMs))
  const endings = yield* turn.growing === undefined ? plan : turn.growing.withPermits(1)(plan)
  if (ended === "finalized") yield* reportUnmeasured(env, turn, actuals)
  const sent = endings.filter((ending) => ending.legs.length > 0)
  // The store was away a moment ago: one try, so that nobody waits for it; then the journal's turn.
  const deliveries = yield* deliverAll(env, sent, turn.insured ? 0 : env.settings.settleWithinMs)
  const settlement = settlementOf(turn.requestId, ended, sent, deliveries)
  const { standing } = turn
  if (sent.length > 0 || standing._tag !== "observed" || standing.refused === null) return settlement
  // No account took it: none has a limit, or all are closed.
  const problem = { kind: "refused", refusal: standing.refused.reason } as const
  yield* unsettled(env, endings[0]!, problem, false)
  return { ...settlement, problem }
})

/** A call that succeeded and never said what it used is mostly a forgotten `used`: it would be free. */
const reportUnmeasured = (env: Environment, turn: Turn, actuals: Amounts): Effect.Effect<void> => {
  const unmeasured = new Set<string>()
  for (const { legs } of turn.parts)
    for (const { settle, unit } of legs)
      if (settle === "actual" && actuals[unit] === undefined && turn.meter.total(unit) === null) unmeasured.add(unit)
  if (unmeasured.size === 0) return Effect.void
  const units = [...unmeasured]
  return report(env.observer, "unmeasured", { requestId: turn.requestId, units, policy: turn.settings.whenUnknown })
}
