/**
 * The quota as a service of Effect. The promise front is a shell over it.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as FiberSet from "effect/FiberSet"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import * as Semaphore from "effect/Semaphore"
import * as Tracer from "effect/Tracer"

import type { CallError } from "../store/errors.ts"
import { type Hold, type Page, type PageRequest, QuotaStore } from "../store/port.ts"
import type { InvalidInput } from "../machine/invalid-input.ts"
import { readObject, refuseOtherKeys } from "./check.ts"
import { checked } from "./checked.ts"
import type { AccountUsage, Denial } from "./denial.ts"
import type { Environment } from "./environment.ts"
import type { QuotaClosed, QuotaDenied } from "./errors.ts"
import { guardTurn } from "./guard.ts"
import { RequestIds } from "./identifier.ts"
import { memoryJournal, QuotaJournal } from "./journal.ts"
import type { AccountName, AccountQuery } from "./limit.ts"
import { QuotaObserver } from "./observer.ts"
import { handOver, type OpenError, type OpenRequest, type OpenSignal, openTurn } from "./open.ts"
import {
  adjust,
  type Adjusted,
  type AdjustError,
  type AdjustRequest,
  holds,
  readCredit,
  readSetLimit,
  usage
} from "./operate.ts"
import { replay, type ReplayReport } from "./replay.ts"
import { type Reservation, reservationOf } from "./reservation.ts"
import { type ResumeError, resumeTurn } from "./resume.ts"
import type { ReservationHandle } from "./handle.ts"
import { readSettings, settingNames, type Settings, type SettingsInput } from "./settings.ts"
import { DEFAULT_CLOSE_GRACE_MS, shutdown } from "./shutdown.ts"
import { makeCalendar } from "./window.ts"

/** What users do with a quota, as effects. */
export interface QuotaService {
  /** Reserves. Gives a reservation, which must be ended, or a denial, which is an answer and no error. */
  readonly open: (request: OpenRequest) => Effect.Effect<Reservation | Denial, OpenError>
  /** Like `open`, and ends the reservation with the scope, as interrupted unless it was ended before. */
  readonly openScoped: (request: OpenRequest) => Effect.Effect<Reservation | Denial, OpenError, Scope.Scope>
  /** Reserves, runs, and ends: success finalizes at what was measured, failure and interruption end by `whenUnknown`. */
  readonly guard: <A, E, R>(
    request: OpenRequest,
    use: (call: Reservation) => Effect.Effect<A, E, R>
  ) => Effect.Effect<A, E | OpenError | QuotaDenied, R>
  /** Goes on with a reservation of another process. */
  readonly resume: (handle: ReservationHandle) => Effect.Effect<Reservation, ResumeError>
  /** The numbers of 1 to 16 accounts. */
  readonly usage: (
    accounts: ReadonlyArray<AccountQuery>
  ) => Effect.Effect<ReadonlyArray<AccountUsage>, CallError | QuotaClosed>
  /** Stores a limit, which wins over those in code: an amount, null for unlimited, "code" to forget it. */
  readonly setLimit: (request: SetLimitRequest) => Effect.Effect<Adjusted, AdjustError>
  /** Raises (or lowers) a stored limit, once per `paymentId`. */
  readonly addCredit: (request: AddCreditRequest) => Effect.Effect<Adjusted, AdjustError>
  /** Sets `used` to 0. What is held stays. */
  readonly resetUsed: (request: AdjustRequest) => Effect.Effect<Adjusted, AdjustError>
  /** Admits nothing more; what is held can still end. */
  readonly closeAccount: (request: AdjustRequest) => Effect.Effect<Adjusted, AdjustError>
  readonly reopenAccount: (request: AdjustRequest) => Effect.Effect<Adjusted, AdjustError>
  /** The live holds of an account, in pages of 1 to 1,000 (default 100). */
  readonly holds: (
    account: AccountName,
    page?: Partial<PageRequest>
  ) => Effect.Effect<Page<Hold>, CallError | QuotaClosed>
  /** Sends again what could not be delivered. It also happens by itself, and at the end. */
  readonly replayJournal: Effect.Effect<ReplayReport, Error>
}

export interface SetLimitRequest extends AdjustRequest {
  readonly limit: number | null | "code"
}

export interface AddCreditRequest extends Omit<AdjustRequest, "id"> {
  /** -(2^53 - 1) to 2^53 - 1. */
  readonly amount: number
  /** The id of the payment: the same one counts once. */
  readonly paymentId: string
}

/**
 * The service key.
 *
 * @example
 * const program = Effect.gen(function* () {
 *   const quota = yield* Quota
 *   return yield* quota.guard({ limits: [daily], estimate: { tokens: 4_000 } }, (call) =>
 *     Effect.tap(askModel, (reply) => call.used({ tokens: reply.tokens }))
 *   )
 * })
 * program.pipe(Effect.provide(layer()), Effect.provideService(QuotaStore, memoryStore()))
 */
export class Quota extends Context.Service<Quota, QuotaService>()("@tallystick/core/service/Quota") {}

/** A quota over the store of its context. Ends with the scope, as `close` does. */
export const layer = (options: SettingsInput<Settings> = {}): Layer.Layer<Quota, InvalidInput, QuotaStore> =>
  Layer.effect(
    Quota,
    Effect.gen(function* () {
      const settings = yield* checked(() => {
        const fields = readObject(options, "options")
        refuseOtherKeys(fields, "", settingNames)
        return readSettings(fields)
      })
      const env = yield* makeEnvironment(settings)
      yield* Effect.addFinalizer(() => shutdown(env, DEFAULT_CLOSE_GRACE_MS))
      return Quota.of(serviceOf(env))
    })
  )

/** What all operations share, from the services of the context; observer, journal and ids have defaults. */
export const makeEnvironment = (settings: Settings): Effect.Effect<Environment, never, QuotaStore | Scope.Scope> =>
  Effect.gen(function* () {
    const journal = yield* Effect.serviceOption(QuotaJournal)
    const ids = yield* RequestIds
    return {
      store: yield* QuotaStore,
      settings,
      observer: yield* QuotaObserver,
      journal: Option.getOrElse(journal, () => memoryJournal()),
      newId: () => ids.next(),
      calendar: makeCalendar(),
      // A heartbeat is no child of the span that built the quota.
      context: Context.omit(Tracer.ParentSpan)(yield* Effect.context()),
      scope: yield* Effect.scope,
      settling: yield* FiberSet.make(),
      turns: new Set(),
      releasing: new Set(),
      replaying: Semaphore.makeUnsafe(1),
      closed: false,
      replayPlanned: false
    }
  })

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
  Effect.uninterruptibleMask((restore) =>
    openTurn(env, restore, request, watched).pipe(Effect.flatMap((opened) => handOver(env, restore, opened)))
  ).pipe(
    Effect.map((opened) => ("turn" in opened ? reservationOf(env, opened) : opened)),
    Effect.withSpan("tallystick.open")
  )

/** `guard`, with a caller's signal. */
export const guardReservation = <A, E, R>(
  env: Environment,
  request: OpenRequest,
  signal: AbortSignal | undefined,
  use: (call: Reservation) => Effect.Effect<A, E, R>
) =>
  guardTurn(env, request, signal, (opened) => use(reservationOf(env, opened))).pipe(Effect.withSpan("tallystick.guard"))

/** `resume`, with a caller's signal. */
export const resumeReservation = (env: Environment, handle: unknown, watched: OpenSignal) =>
  Effect.uninterruptibleMask((restore) => resumeTurn(env, restore, handle, watched)).pipe(
    Effect.map((opened) => reservationOf(env, opened))
  )
