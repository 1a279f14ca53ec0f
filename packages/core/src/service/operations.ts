/**
 * The operations of a quota over what they share.
 */
import * as Effect from "effect/Effect"

import { charge, finalizeById, releaseById } from "./by-id.ts"
import type { Environment } from "./environment.ts"
import { guardTurn } from "./guard.ts"
import { handOver, type OpenRequest, type OpenSignal, openTurn } from "./open.ts"
import { adjust, type AdjustRequest, holds, readCredit, readSetLimit, usage } from "./operate.ts"
import type { QuotaService } from "./quota.ts"
import { replay } from "./replay.ts"
import { type Reservation, reservationOf } from "./reservation.ts"
import { resumeTurn } from "./resume.ts"
import { inSpan } from "./span.ts"

const noSignal: OpenSignal = { signal: undefined, endsOnAbort: false }

/** The operations over an environment. */
export const serviceOf = (env: Environment): QuotaService => {
  const change = (kind: "reset" | "close" | "reopen") => (request: AdjustRequest) =>
    adjust(env, request, [], () => ({ kind }))
  return {
    open: (request) => openReservation(env, request, noSignal),
    openScoped: (request) =>
      Effect.acquireRelease(openReservation(env, request, noSignal), (opened) =>
        opened.granted ? Effect.asVoid(opened.interrupt) : Effect.void
      ),
    guard: (request, use) => guardReservation(env, request, undefined, use),
    resume: (handle) => resumeReservation(env, handle, noSignal),
    charge: (request) => inSpan("tallystick.charge", {}, () => charge(env, request)),
    finalize: (request) => finalizeById(env, request),
    release: (request) => releaseById(env, request),
    usage: (accounts) => usage(env, accounts),
    setLimit: (request) => adjust(env, request, ["limit"], () => readSetLimit(request.limit)),
    addCredit: (request) =>
      adjust(env, request, ["amount", "paymentId"], () => readCredit(request.amount), request.paymentId ?? null),
    resetUsed: change("reset"),
    closeAccount: change("close"),
    reopenAccount: change("reopen"),
    holds: (account, page = {}) => holds(env, account, page),
    replayJournal: replay(env)
  }
}

/** `open`, with a caller's signal. */
export const openReservation = (env: Environment, request: OpenRequest, watched: OpenSignal) =>
  inSpan("tallystick.open", {}, (span) =>
    Effect.uninterruptibleMask((restore) =>
      Effect.flatMap(openTurn(env, restore, span, request, watched), (opened) => {
        const given = "turn" in opened ? reservationOf(env, opened) : opened
        return handOver(env, restore, opened, given)
      })
    )
  )

/** `guard`, with a caller's signal. */
export const guardReservation = <A, E, R>(
  env: Environment,
  request: OpenRequest,
  signal: AbortSignal | undefined,
  use: (call: Reservation) => Effect.Effect<A, E, R>
) =>
  inSpan("tallystick.guard", {}, (span) =>
    guardTurn(env, span, request, signal, (opened) => use(reservationOf(env, opened)))
  )

/** `resume`, with a caller's signal. */
export const resumeReservation = (env: Environment, handle: unknown, watched: OpenSignal) =>
  Effect.uninterruptibleMask((restore) => resumeTurn(env, restore, handle, watched)).pipe(
    Effect.map((opened) => reservationOf(env, opened))
  )
