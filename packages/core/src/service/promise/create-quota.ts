/**
 * The promise front: a thin shell over the service.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"

import { InvalidInput } from "../../machine/invalid-input.ts"
import type { Hold, Page, PageRequest } from "../../store/port.ts"
import { readAmount } from "../check.ts"
import type { AccountUsage, Denial } from "../denial.ts"
import type { Environment } from "../environment.ts"
import type { ReservationHandle } from "../handle.ts"
import type { AccountName, AccountQuery } from "../limit.ts"
import type { OpenRequest } from "../open.ts"
import type { Adjusted, AdjustRequest } from "../operate.ts"
import {
  type AddCreditRequest,
  guardReservation,
  makeEnvironment,
  openReservation,
  type QuotaService,
  resumeReservation,
  serviceOf,
  type SetLimitRequest
} from "../quota.ts"
import type { ReplayReport } from "../replay.ts"
import { DEFAULT_CLOSE_GRACE_MS, shutdown } from "../shutdown.ts"
import { type QuotaOptions, readOptions } from "./options.ts"
import { type Reservation, reservationOf } from "./reservation.ts"
import { callerFunction, type Runner, runnerOf, Thrown } from "./run.ts"

/** What `open` and `guard` take. */
export interface OpenOptions extends OpenRequest {
  /** Aborted already: nothing is reserved. Aborted while reserving: what was reserved is given back. Rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined
}

export interface CloseOptions {
  /** How long to wait for open reservations: 0 to 2^53 - 1 ms. Default 10,000. */
  readonly graceMs?: number | undefined
}

/** Quotas over one store. Make one per process and store. Every method rejects with `QuotaClosed` once it is closed. */
export interface Quota extends AsyncDisposable {
  /**
   * Reserves. Gives a reservation, which must be ended, or a denial, which is an answer and no error.
   *
   * Rejects with `InvalidInput` (nothing was sent), `QuotaConflict` (the id has ended or was used otherwise), a store's error, or the signal's reason.
   *
   * @example
   * const turn = await quota.open({ limits: [daily], estimate: { tokens: 4_000 }, signal })
   * if (!turn.granted) return new Response(turn.message, { status: 429 })
   */
  readonly open: (options: OpenOptions) => Promise<Reservation | Denial>
  /**
   * Reserves, runs, and ends. Success finalizes at what `call.used` was told, or what `call.finalize` was; failure and abort end by `whenUnknown`.
   * Rejects as `open` does, with `QuotaDenied`, and with whatever `run` throws.
   *
   * @example
   * const text = await quota.guard({ limits: [daily], estimate: { tokens: 4_000 } }, async (call) => {
   *   const reply = await model(prompt, { signal: call.signal })
   *   call.used({ tokens: reply.tokens })
   *   return reply.text
   * })
   */
  readonly guard: <A>(options: OpenOptions, run: (call: Reservation) => Promise<A> | A) => Promise<A>
  /** Goes on with a reservation of another process: renews it, and gives it with a heartbeat of its own. */
  readonly resume: (
    handle: ReservationHandle,
    options?: { readonly signal?: AbortSignal | undefined }
  ) => Promise<Reservation>
  /** The numbers of 1 to 16 accounts, in their order. */
  readonly usage: (accounts: ReadonlyArray<AccountQuery>) => Promise<ReadonlyArray<AccountUsage>>
  /** Stores a limit, which wins over those in code: an amount, null for unlimited, "code" to forget it. */
  readonly setLimit: (request: SetLimitRequest) => Promise<Adjusted>
  /** Raises (or lowers) a stored limit, once per `paymentId`. Refused without a stored number as limit. */
  readonly addCredit: (request: AddCreditRequest) => Promise<Adjusted>
  /** Sets `used` to 0. What is held stays. */
  readonly resetUsed: (request: AdjustRequest) => Promise<Adjusted>
  /** Admits nothing more to the account; what is held can still end. */
  readonly closeAccount: (request: AdjustRequest) => Promise<Adjusted>
  readonly reopenAccount: (request: AdjustRequest) => Promise<Adjusted>
  /** The live holds of an account, in pages of 1 to 1,000 (default 100). */
  readonly holds: (account: AccountName, page?: Partial<PageRequest>) => Promise<Page<Hold>>
  /** Sends again what could not be delivered. It also happens by itself, and at `close`. */
  readonly replayJournal: () => Promise<ReplayReport>
  /**
   * Ends the quota: takes nothing new, waits for open reservations, ends those that are left as interrupted, waits for endings under way, replays the
   * journal once, and closes the store (unless `closesStore` is false). The second call waits for the first.
   */
  readonly close: (options?: CloseOptions) => Promise<void>
}

/**
 * A quota over a store. Connects to nothing yet.
 *
 * @throws InvalidInput naming the option, its range and the value
 *
 * @example
 * const quota = createQuota({ store: memoryStore() })
 * const daily = { account: "user:ada", unit: "tokens", limit: 50_000, window: "day" } as const
 * const answer = await quota.guard({ limits: [daily], estimate: { tokens: 4_000 } }, async (call) => {
 *   call.used({ tokens: 812 })
 *   return "done"
 * })
 * await quota.close()
 */
export const createQuota = (options: QuotaOptions): Quota => {
  const { closesStore, layer, settings, store } = readOptions(options)
  const runtime = ManagedRuntime.make(Layer.provideMerge(Layer.effect(Shared, makeEnvironment(settings)), layer))
  let built: Context.Context<Environment> | undefined
  // Kept beyond the runtime: a reservation that was ended by `close` still says how.
  const run = runnerOf(async () => (built ??= await runtime.context()))
  const close = async (graceMs: number): Promise<void> => {
    try {
      await run(Effect.flatMap(Shared, (env) => shutdown(env, graceMs)))
    } finally {
      await runtime.dispose()
      if (closesStore) await Effect.runPromise(store.close)
    }
  }
  return quotaOf(run, settings.abortGraceMs, close)
}

/** The environment as a service, so that it is made with the user's layer and once. */
const Shared = Context.Service<Environment>("@tallystick/core/service/promise/Environment")

const quotaOf = (run: Runner<Environment>, abortGraceMs: number, end: (graceMs: number) => Promise<void>): Quota => {
  let closing: Promise<void> | undefined
  const call = async <A, E>(operation: (service: QuotaService) => Effect.Effect<A, E>): Promise<A> =>
    run(Effect.flatMap(Shared, (env) => operation(serviceOf(env))))
  const close = async (options: CloseOptions = {}): Promise<void> => {
    const graceMs = readAmount(options.graceMs ?? DEFAULT_CLOSE_GRACE_MS, "graceMs")
    closing ??= end(graceMs)
    return closing
  }
  return {
    open: async (options) => {
      const signal = readSignal(options)
      const opened = await run(
        Effect.flatMap(Shared, (env) => openReservation(env, options, { signal, endsOnAbort: true })),
        signal
      )
      return opened.granted ? reservationOf(run, opened) : opened
    },
    guard: async (options, use) => guarded(run, options, use, abortGraceMs),
    resume: async (handle, options) => {
      const signal = readSignal(options)
      const resuming = Effect.flatMap(Shared, (env) => resumeReservation(env, handle, { signal, endsOnAbort: true }))
      return reservationOf(run, await run(resuming, signal))
    },
    usage: async (accounts) => call((service) => service.usage(accounts)),
    setLimit: async (request) => call((service) => service.setLimit(request)),
    addCredit: async (request) => call((service) => service.addCredit(request)),
    resetUsed: async (request) => call((service) => service.resetUsed(request)),
    closeAccount: async (request) => call((service) => service.closeAccount(request)),
    reopenAccount: async (request) => call((service) => service.reopenAccount(request)),
    holds: async (account, page) => call((service) => service.holds(account, page)),
    replayJournal: async () => call((service) => service.replayJournal),
    close,
    [Symbol.asyncDispose]: close
  }
}

const guarded = async <A>(
  run: Runner<Environment>,
  options: OpenOptions,
  use: (call: Reservation) => Promise<A> | A,
  abortGraceMs: number
): Promise<A> => {
  const signal = readSignal(options)
  const guarding = Effect.flatMap(Shared, (env) =>
    guardReservation(env, options, signal, (call) => {
      const reservation = reservationOf(run, call)
      return callerFunction(async () => use(reservation), abortGraceMs)
    })
  )
  try {
    return await run(guarding, signal)
  } catch (error) {
    // As it was thrown, whatever it was.
    throw error instanceof Thrown ? error.value : error
  }
}

const readSignal = (options: { readonly signal?: AbortSignal | undefined } | undefined): AbortSignal | undefined => {
  const signal = options?.signal
  if (signal === undefined || (typeof signal === "object" && typeof signal.addEventListener === "function"))
    return signal
  throw new InvalidInput("signal", "an AbortSignal", signal)
}
