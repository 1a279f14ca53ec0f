/**
 * One try to deliver an ending, and what its answer means.
 */
import * as Effect from "effect/Effect"

import type { LegAnswer, Outcome } from "../machine/outcome.ts"
import { type CallError, OutcomeUnknownError } from "../store/errors.ts"
import { decided, within } from "./call.ts"
import { amountsOf, commandOf, type Ending } from "./ending.ts"
import { clockOf, type Environment, msOf } from "./environment.ts"
import type { DebitEvent, UnsettledReason } from "./observer.ts"
import { report } from "./report.ts"

/** One try: fails if the store did not decide. */
export const tryEnding = (env: Environment, ending: Ending): Effect.Effect<Outcome, CallError> =>
  Effect.flatMap(
    within(
      Effect.withFiber((fiber) => env.store.execute([commandOf(ending, env.calendar, msOf(clockOf(fiber)))])),
      env.settings.callTimeoutMs,
      () => new OutcomeUnknownError(`no answer within ${env.settings.callTimeoutMs} ms`)
    ),
    decided
  )

/**
 * Reports what the answer to an ending says: overage, lateness, or why nothing was counted; gives the latter, if so.
 */
export const judge = (env: Environment, ending: Ending, outcome: Outcome): Effect.Effect<UnsettledReason | null> => {
  const reason = reasonOf(ending, outcome)
  if (reason !== null) return Effect.as(unsettled(env, ending, reason, false), reason)
  return outcome.legs.some((leg) => leg.late || leg.overage > 0)
    ? Effect.as(reportDebits(env, ending, outcome), null)
    : Effect.succeed(null)
}

const reportDebits = Effect.fnUntraced(function* (env: Environment, ending: Ending, outcome: Outcome) {
  for (const [index, leg] of outcome.legs.entries()) {
    const event = debitOf(ending, index, leg)
    if (leg.late) yield* noted("tallystick.late", true, report(env.observer, "late", event))
    if (leg.overage > 0) yield* noted("tallystick.overage", leg.overage, report(env.observer, "overage", event))
  }
})

/** Also on the span of the ending. Never an account: traces go to more people than quotas. */
const noted = (name: string, value: boolean | number | string, told: Effect.Effect<void>): Effect.Effect<void> =>
  Effect.andThen(Effect.annotateCurrentSpan(name, value), told)

const reasonOf = (ending: Ending, outcome: Outcome): UnsettledReason | null => {
  switch (outcome._tag) {
    case "Unknown":
      // A release that finds nothing has nothing to give back: it leaves its mark.
      return ending.kind === "release" ? null : { kind: "unknown" }
    case "Conflict":
      return { kind: "conflict", conflict: outcome.reason }
    case "Undecidable":
      return { kind: "undecidable" }
    case "Denied":
      return { kind: "refused", refusal: outcome.reason }
    default:
      return null
  }
}

const debitOf = (ending: Ending, index: number, leg: LegAnswer): DebitEvent => ({
  requestId: ending.requestId,
  account: leg.account,
  window: leg.window,
  unit: ending.legs[index]!.unit,
  held: leg.held,
  debited: leg.debited,
  overage: leg.overage,
  unbilled: leg.unbilled
})

/** Reports an ending that no account was debited for. */
export const unsettled = (env: Environment, ending: Ending, reason: UnsettledReason, journaled: boolean) =>
  noted(
    "tallystick.unsettled",
    reason.kind,
    report(env.observer, "unsettled", { requestId: ending.requestId, reason, journaled, amounts: amountsOf(ending) })
  )
