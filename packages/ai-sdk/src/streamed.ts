/**
 * Ends a turn with the response that streams it.
 */
import type { Reservation } from "@tallystick/core"

import { callsOf } from "./calls.ts"

/** Ends a turn that failed or broke: calls that still run are unknown, the rest goes by `whenUnknown`. */
export const interrupted = async (turn: Reservation): Promise<void> => {
  callsOf(turn).abandon()
  await turn[Symbol.asyncDispose]()
}

/**
 * The response, whose end is the turn's: read to its end it finalizes, cancelled or broken it ends as interrupted.
 * One that is never read ends with the turn's signal (pass `signal: request.signal` to `open`), or by its deadline.
 *
 * @example
 * const result = streamText({ model: metered(model, turn), prompt })
 * return streamed(turn, result.toTextStreamResponse())
 */
export const streamed = (turn: Reservation, response: Response): Response => {
  const reader = response.body?.getReader()
  if (reader === undefined) throw new TypeError("the response has no body to stream")
  const body = new ReadableStream<Uint8Array>({
    pull: async (controller) => {
      try {
        const next = await reader.read()
        if (!next.done) {
          controller.enqueue(next.value)
          return
        }
        callsOf(turn).abandon()
        await turn.finalize()
        controller.close()
      } catch (error) {
        await interrupted(turn)
        controller.error(error)
      }
    },
    cancel: async (reason) => {
      await interrupted(turn)
      await reader.cancel(reason)
    }
  })
  return new Response(body, { status: response.status, statusText: response.statusText, headers: response.headers })
}
