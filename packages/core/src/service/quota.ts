/**
 * The quota as a service of Effect. The promise front is a shell over it.
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"

import type { CallError } from "../store/errors.ts"
import type { Hold, Page, PageRequest } from "../store/port.ts"
import type { Charge, ChargeRequest, EndError, FinalizeRequest, ReleaseRequest } from "./by-id.ts"
import type { AccountUsage, Denial } from "./denial.ts"
import type { QuotaClosed, QuotaConflict, QuotaDenied } from "./errors.ts"
import type { ReservationHandle } from "./handle.ts"
import type { AccountName, AccountQuery } from "./limit.ts"
import type { OpenError, OpenRequest } from "./open.ts"
import type { Adjusted, AdjustError, AdjustRequest } from "./operate.ts"
import type { ReplayReport } from "./replay.ts"
import type { Reservation } from "./reservation.ts"
import type { ResumeError } from "./resume.ts"
import type { Settlement } from "./settlement.ts"

/** What users do with a quota, as effects. */
export interface QuotaService {
  /** Reserves. Gives a reservation, which must be ended, or a denial, which is an answer and no error. */
  readonly open: (request: OpenRequest) => Effect.Effect<Reservation | Denial, OpenError>
  /** Like `open`, and ends the reservation with the scope, as interrupted unless it was ended before. */
  readonly openScoped: (request: OpenRequest) => Effect.Effect<Reservation | Denial, OpenError, Scope.Scope>
  /**
   * Reserves, runs, and ends: success finalizes at what was measured, failure and interruption end by `whenUnknown`.
   */
  readonly guard: <A, E, R>(
    request: OpenRequest,
    use: (call: Reservation) => Effect.Effect<A, E, R>
  ) => Effect.Effect<A, E | OpenError | QuotaDenied, R>
  /** Goes on with a reservation of another process, by its handle or by what `open` was given. */
  readonly resume: (
    reservation: ReservationHandle | (OpenRequest & { readonly requestId: string })
  ) => Effect.Effect<Reservation, ResumeError>
  /** Debits at once, without a hold: a call whose cost is known. The same id debits once. */
  readonly charge: (request: ChargeRequest) => Effect.Effect<Charge | Denial, EndError | QuotaConflict>
  /** Ends a reservation by its id alone, at what the call used. */
  readonly finalize: (request: FinalizeRequest) => Effect.Effect<Settlement, EndError>
  /** Ends a reservation by its id alone, and gives back what was not measured. */
  readonly release: (request: ReleaseRequest) => Effect.Effect<Settlement, EndError>
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

export interface SetLimitRequest extends Omit<AdjustRequest, "limit"> {
  /** 0 to 2^53 - 1; null: unlimited; "code": back to the limit that calls pass. */
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
