/**
 * Open, run, settle.
 */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type { Span } from "effect/Tracer"

import type { Denial } from "./denial.ts"
import { end } from "./end.ts"
import type { Environment } from "./environment.ts"
import { QuotaDenied } from "./errors.ts"
import { type OpenError, type OpenRequest, openTurn, type Opened } from "./open.ts"

const isDenial = (opened: Opened | Denial): opened is Denial => !("turn" in opened)

/**
 * Runs an effect under a reservation. Success finalizes at what was measured; failure and interruption end at it, by
 * `whenUnknown`. It ends before this does, and cannot be interrupted.
 */
export const guardTurn = <A, E, R>(
  env: Environment,
  span: Span,
  request: OpenRequest,
  signal: AbortSignal | undefined,
  use: (opened: Opened) => Effect.Effect<A, E, R>
): Effect.Effect<A, E | OpenError | QuotaDenied, R> =>
  Effect.uninterruptibleMask((restore) =>
    Effect.gen(function* () {
      const opened = yield* openTurn(env, restore, span, request, { signal, endsOnAbort: false })
      if (isDenial(opened)) return yield* Effect.fail(new QuotaDenied(opened))
      // Aborted in the moment of the admission: nothing is run.
      if (signal?.aborted === true) {
        yield* end(env, opened.turn, "interrupted")
        return yield* Effect.interrupt
      }
      const exit = yield* Effect.exit(restore(use(opened)))
      yield* end(env, opened.turn, Exit.isSuccess(exit) ? "finalized" : "interrupted")
      return yield* exit
    })
  )
