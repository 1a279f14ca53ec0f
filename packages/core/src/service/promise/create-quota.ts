/**
 * The promise front: a thin shell over the service.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"

import { InvalidInput } from "../../machine/invalid-input.ts"
import { readAmount } from "../check.ts"
import type { Environment } from "../environment.ts"
import { makeEnvironment } from "../layer.ts"
import { guardReservation, openReservation, resumeReservation, serviceOf } from "../operations.ts"
import type { QuotaService } from "../quota.ts"
import { DEFAULT_CLOSE_GRACE_MS, shutdown } from "../shutdown.ts"
import type { QuotaOptions } from "./options.ts"
import type { CloseOptions, OpenOptions, Quota } from "./quota.ts"
import { readOptions } from "./read-options.ts"
import { type Reservation, reservationOf } from "./reservation.ts"
import { callerFunction, type Runner, runnerOf, Thrown } from "./run.ts"

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
  // Kept beyond the runtime: a reservation that was ended by `close` still says how.
  const run = runnerOf(async () => {
    const context = await runtime.context()
    return { context, env: Context.get(context, Shared) }
  })
  const close = async (graceMs: number): Promise<void> => {
    try {
      await run((env) => shutdown(env, graceMs))
    } finally {
      await runtime.dispose()
      if (closesStore) await Effect.runPromise(store.close)
    }
  }
  return quotaOf(run, settings.abortGraceMs, close)
}

/** The environment as a service, so that it is made with the user's layer and once. */
const Shared = Context.Service<Environment>("@tallystick/core/service/promise/Environment")

const quotaOf = (run: Runner, abortGraceMs: number, end: (graceMs: number) => Promise<void>): Quota => {
  let closing: Promise<void> | undefined
  const call = async <A, E>(operation: (service: QuotaService) => Effect.Effect<A, E>): Promise<A> =>
    run((env) => operation(serviceOf(env)))
  const close = async (options: CloseOptions = {}): Promise<void> => {
    const graceMs = readAmount(options.graceMs ?? DEFAULT_CLOSE_GRACE_MS, "graceMs")
    closing ??= end(graceMs)
    return closing
  }
  return {
    open: async (options) => {
      const signal = readSignal(options)
      const opened = await run((env) => openReservation(env, options, { signal, endsOnAbort: true }), signal)
      if (!opened.granted) return opened
      // It was granted in the same turn of the event loop in which the signal aborted: nobody will end it.
      if (signal?.aborted === true) await run(() => opened.interrupt)
      signal?.throwIfAborted()
      return reservationOf(run, opened)
    },
    guard: async (options, use) => guarded(run, options, use, abortGraceMs),
    resume: async (reservation, options) => {
      const signal = readSignal(options)
      const resumed = await run((env) => resumeReservation(env, reservation, { signal, endsOnAbort: true }), signal)
      return reservationOf(run, resumed)
    },
    charge: async (request) => call((service) => service.charge(request)),
    finalize: async (request) => call((service) => service.finalize(request)),
    release: async (request) => call((service) => service.release(request)),
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
  run: Runner,
  options: OpenOptions,
  use: (call: Reservation) => Promise<A> | A,
  abortGraceMs: number
): Promise<A> => {
  const signal = readSignal(options)
  const guarding = (env: Environment) =>
    guardReservation(env, options, signal, (call) => {
      const reservation = reservationOf(run, call)
      return callerFunction(async () => use(reservation), abortGraceMs)
    })
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
