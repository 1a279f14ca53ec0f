/** How a flush ends for its callers, and what is counted of it. */
import * as Cause from "effect/Cause"
import type * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Metric from "effect/Metric"

import type { Outcome } from "../machine/outcome.ts"
import type { CallError } from "./errors.ts"
import { forget, type Request } from "./flush-request.ts"

const sizes = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000]
const batchSize = Metric.histogram("tallystick_batch_commands", {
  description: "commands that left in one flush",
  boundaries: sizes
})
const waitingNow = Metric.gauge("tallystick_batch_waiting", { description: "commands that wait for a flush" })

/** With the services of a flush. As two effects it took four steps more of each call that is alone. */
export const count = (sent: number, waits: number, services: Context.Context<never>): void => {
  batchSize.updateUnsafe(sent, services)
  waitingNow.updateUnsafe(waits, services)
}

/** Each its own outcomes; of a flush that failed, each the failure. */
export const answerAll = (batch: ReadonlyArray<Request>, exit: Exit.Exit<ReadonlyArray<Outcome>, CallError>): void => {
  let from = 0
  for (const request of batch) {
    const { commands, endDeadline, resume } = request
    const first = from
    endDeadline?.()
    forget(request)
    resume(
      Exit.isSuccess(exit) ? Effect.succeed(exit.value.slice(first, first + commands)) : Effect.failCause(exit.cause)
    )
    from += commands
  }
}

/** Rows that it needs, or its reply; that may be for one of its calls alone. */
export const cannotBeRead = (exit: Exit.Exit<unknown, CallError>, hasReply: boolean): boolean =>
  Exit.isFailure(exit) &&
  exit.cause.reasons.some((reason) => Cause.isFailReason(reason) && (hasReply || reason.error._tag === "Corrupt"))
