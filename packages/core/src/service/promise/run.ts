/**
 * From effects to promises.
 */
import * as Cause from "effect/Cause"
import type * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"

/** Runs an effect of a quota. Rejects with the error itself; with `signal.reason` if it was aborted. */
export type Runner<R = never> = <A, E>(effect: Effect.Effect<A, E, R>, signal?: AbortSignal) => Promise<A>

/** Its fibers belong to nobody: what is under way when the quota closes ends by its own deadline. */
export const runnerOf =
  <R>(contextOf: () => Promise<Context.Context<R>>): Runner<R> =>
  async (effect, signal) => {
    const context = await contextOf()
    // An aborted signal does not stop what an effect does before it first waits, and it would still reserve.
    signal?.throwIfAborted()
    const exit = await Effect.runPromiseExitWith(context)(effect, signal === undefined ? undefined : { signal })
    if (Exit.isSuccess(exit)) return exit.value
    if (signal?.aborted === true && Cause.hasInterrupts(exit.cause)) throw signal.reason
    throw Cause.squash(exit.cause)
  }

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
