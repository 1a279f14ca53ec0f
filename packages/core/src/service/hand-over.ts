/**
 * Lets go of a turn: another process goes on with it, or ends it by its id.
 */
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"

import { GRID_MS, MAX_TTL_MS } from "../machine/constants.ts"
import type { InvalidInput } from "../machine/invalid-input.ts"
import { type CallError, NotAppliedError } from "../store/errors.ts"
import { readAmount, readObject, refuseOtherKeys } from "./check.ts"
import { checked } from "./checked.ts"
import type { Environment } from "./environment.ts"
import { ReservationEnded } from "./errors.ts"
import { handleOf, type ReservationHandle } from "./handle.ts"
import { beat, lostState } from "./heartbeat.ts"
import { settlementOf } from "./settlement.ts"
import { growingOf, type Turn } from "./turn.ts"

export interface HandOverOptions {
  /** How long it lives until somebody takes it: 1,000 to 86,400,000 ms. Default: its `ttlMs`. */
  readonly ttlMs?: number | undefined
}

/**
 * Renews it once, with what was measured, and latches: whatever would end it here, the quota's close included, ends
 * nothing any more. If it fails, the turn is as it was.
 */
export const handOverTurn = (
  env: Environment,
  turn: Turn,
  options: HandOverOptions
): Effect.Effect<ReservationHandle, CallError | InvalidInput | ReservationEnded> =>
  // A growth under way must be part of what is handed over.
  growingOf(turn).withPermits(1)(
    Effect.gen(function* () {
      const ttlMs = yield* checked(() => {
        const fields = readObject(options, "options")
        refuseOtherKeys(fields, "", ["ttlMs"])
        return readAmount(fields["ttlMs"] ?? turn.settings.ttlMs, "ttlMs", GRID_MS, MAX_TTL_MS)
      })
      if (turn.ended !== undefined) return yield* Effect.fail(new ReservationEnded(turn.requestId, "here"))
      if (turn.standing._tag === "held") {
        const state = lostState(yield* beat(env, turn, ttlMs))
        if (state !== undefined) return yield* Effect.fail(new ReservationEnded(turn.requestId, state))
        if (turn.insured)
          return yield* Effect.fail(new NotAppliedError("the store is down, and only this process covers the call"))
      }
      if (isEnded(turn)) return yield* Effect.fail(new ReservationEnded(turn.requestId, "here"))
      turn.ended = "handedOver"
      turn.forget()
      turn.heartbeat?.stop()
      env.turns.delete(turn)
      yield* Deferred.succeed(turn.done, settlementOf(turn.requestId, "handedOver", [], []))
      return handleOf(turn)
    })
  )

/** Somebody may have ended it while the renewal was under way. */
const isEnded = (turn: Turn): boolean => turn.ended !== undefined
