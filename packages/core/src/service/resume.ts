/**
 * Goes on with a reservation that another process opened.
 */
import * as Effect from "effect/Effect"

import { readKeptQuotes } from "../pricing/kept-quote.ts"
import type { CallError } from "../store/errors.ts"
import { readObject, refuseOtherKeys } from "./check.ts"
import { checked } from "./checked.ts"
import type { Environment } from "./environment.ts"
import { QuotaClosed, ReservationEnded } from "./errors.ts"
import { readHandle } from "./handle.ts"
import { beat, lostState, startHeartbeat } from "./heartbeat.ts"
import { readRequestId } from "./identifier.ts"
import { readLimits } from "./leg.ts"
import type { Opened, OpenSignal } from "./open.ts"
import { newPart } from "./part.ts"
import { readTurnSettings, turnSettingNames } from "./settings.ts"
import { newTurn, type Turn } from "./turn.ts"
import { watch } from "./watch.ts"

export type ResumeError = CallError | ReservationEnded | QuotaClosed

/**
 * A handle; or, where only the id was passed on, what `open` was given. Then the turn knows neither what was measured
 * nor how it grew: the store keeps the larger.
 */
const turnOf = (env: Environment, given: unknown): Turn => {
  const fields = readObject(given, "handle", "a handle, or what open was given")
  if ("version" in fields || !("limits" in fields)) return readHandle(given)
  refuseOtherKeys(fields, "", ["requestId", "limits", "estimate", "quotes", "signal", ...turnSettingNames])
  const requestId = readRequestId(fields["requestId"])
  const asked = {
    requestId,
    part: newPart(requestId, readLimits(fields["limits"], fields["estimate"]), {}),
    estimated: Object.keys(readObject(fields["estimate"] ?? {}, "estimate")),
    settings: readTurnSettings(fields, env.settings),
    quotes: readKeptQuotes(fields["quotes"], "quotes")
  }
  return newTurn(asked, { _tag: "held" }, undefined)
}

/**
 * Renews the reservation, and gives it with a heartbeat of its own. One whose deadline passed can still be ended,
 * late, and has none. One that was ended, or that the store does not know, is refused. To be called where
 * interruption is masked.
 */
export const resumeTurn = Effect.fnUntraced(function* (
  env: Environment,
  restore: <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>,
  handle: unknown,
  watched: OpenSignal
): Effect.fn.Return<Opened, ResumeError> {
  if (env.closed) return yield* Effect.fail(new QuotaClosed())
  const turn = yield* checked(() => turnOf(env, handle))
  const outcomes = turn.standing._tag === "held" ? yield* restore(beat(env, turn)) : []
  const state = lostState(outcomes)
  if (state !== undefined && state !== "expired") return yield* Effect.fail(new ReservationEnded(turn.requestId, state))
  env.turns.add(turn)
  watch(env, turn, watched.signal, watched.endsOnAbort)
  if (state === undefined && turn.standing._tag === "held") yield* startHeartbeat(env, turn)
  return { turn, accounts: outcomes[0]?.accounts ?? [] }
})
