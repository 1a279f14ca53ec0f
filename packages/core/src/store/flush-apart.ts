/** A flush whose calls go again one by one. */
import * as Effect from "effect/Effect"
import type * as Fiber from "effect/Fiber"

import { answerAll } from "./flush-answers.ts"
import type { Flight, Prepare, Request } from "./flush-request.ts"

/** The end of the deadline of a call whose caller is gone: that is how it is known here. */
export const isGone = (): void => {}

/**
 * Something that one of them needs cannot be read, which is no affair of the others: each goes again on its own, in order. If the store said so, nothing of
 * the flush was written. If it is the reply that cannot be read, all of it may have been, and the next flush has left: then these are repeats, as a network
 * makes them, and the same ids take effect once.
 */
export const sendApart = (batch: ReadonlyArray<Request>, flight: Flight, prepare: Prepare): Fiber.Fiber<void> => {
  const one = (request: Request) =>
    Effect.map(Effect.exit(Effect.flatten(Effect.suspend(() => prepare(request.items)))), (exit) => {
      if (request.endDeadline !== isGone) flight.callers--
      answerAll([request], exit)
    })
  return Effect.runForkWith(batch[0]!.services)(Effect.forEach(batch, one, { discard: true }))
}
