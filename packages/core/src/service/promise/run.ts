/**
 * From effects to promises.
 */
import * as Cause from "effect/Cause"
import type * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"

import type { Environment } from "../environment.ts"

/** Runs an operation of a quota. Rejects with the error itself; with `signal.reason` if it was aborted. Never throws. */
export type Runner = <A, E>(operation: (env: Environment) => Effect.Effect<A, E>, signal?: AbortSignal) => Promise<A>

/** What its operations run in. */
export interface Ground {
  readonly env: Environment
  readonly context: Context.Context<never>
}

/**
 * Its fibers belong to nobody: what is under way when the quota closes ends by its own deadline.
 *
 * One promise per call, once the ground is there: each further one costs 0.3 µs.
 */
export const runnerOf = (groundOf: () => Promise<Ground>): Runner => {
  let ready: Ready | undefined
  return (operation, signal) =>
    ready === undefined
      ? groundOf().then(({ context, env }) => {
          ready ??= { env, fork: Effect.runForkWith(context) }
          return run(ready, operation, signal)
        })
      : run(ready, operation, signal)
}

interface Ready {
  readonly env: Environment
  readonly fork: ReturnType<typeof Effect.runForkWith<never>>
}

const run = <A, E>(
  { env, fork }: Ready,
  operation: (env: Environment) => Effect.Effect<A, E>,
  signal: AbortSignal | undefined
): Promise<A> =>
  new Promise((resolve, reject) => {
    // An aborted signal does not stop what an effect does before it first waits, and it would still reserve.
    signal?.throwIfAborted()
    const fiber = fork(operation(env), signal === undefined ? undefined : { signal })
    fiber.addObserver((exit) => {
      if (Exit.isSuccess(exit)) resolve(exit.value)
      else
        reject(signal?.aborted === true && Cause.hasInterrupts(exit.cause) ? signal.reason : Cause.squash(exit.cause))
    })
  })

/** Runs what never waits; throws its error. */
export const runSync = <A, E>(effect: Effect.Effect<A, E>): A => {
  const exit = Effect.runSyncExit(effect)
  if (Exit.isSuccess(exit)) return exit.value
  throw Cause.squash(exit.cause)
}

/**
 * A caller's function under a reservation. It cannot be interrupted, only told by its signal: an abort waits for it
 * to stop, so that what it still reports is counted, but no longer than `graceMs`.
 */
export const callerFunction = <A>(call: () => Promise<A>, graceMs: number): Effect.Effect<A, Thrown> =>
  Effect.callback((resume) => {
    const settled = startCall(call)
    void settled.then(resume)
    return Effect.asVoid(
      Effect.timeoutOption(
        Effect.promise(async () => settled),
        graceMs
      )
    )
  })

const startCall = async <A>(call: () => Promise<A>): Promise<Exit.Exit<A, Thrown>> => {
  try {
    return Exit.succeed(await call())
  } catch (cause) {
    return Exit.fail(new Thrown(cause))
  }
}

/** What a caller's function threw: anything, and it comes out as it went in. */
export class Thrown {
  readonly _tag = "Thrown" as const
  readonly value: unknown

  constructor(value: unknown) {
    this.value = value
  }
}
