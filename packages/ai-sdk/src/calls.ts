/**
 * The model calls of each turn.
 */
import { QuotaDenied, type Reservation } from "@tallystick/core"
import { type CallBound, type ModelCall, ModelCalls } from "@tallystick/core/usage"

const callsByTurn = new WeakMap<Reservation, ModelCalls>()

/** Those of a turn: one list, however often its models are metered. */
export const callsOf = (turn: Reservation): ModelCalls => {
  const known = callsByTurn.get(turn)
  if (known !== undefined) return known
  const { settings, units } = turn.handle()
  const calls = new ModelCalls({ units, whenUnknown: settings.whenUnknown, used: turn.used })
  callsByTurn.set(turn, calls)
  // A stream that nobody reads any more never ends; the abort of its turn is all that is ever heard.
  turn.signal.addEventListener("abort", () => calls.abandon(), { once: true })
  return calls
}

/**
 * Sees to it that the hold covers this call beside those that run; then it may be sent.
 *
 * @throws QuotaDenied if the growth is denied; ReservationEnded if the turn has ended; a store's error
 */
export const admitCall = async (turn: Reservation, bound: CallBound): Promise<ModelCall> => {
  const calls = callsOf(turn)
  const call = calls.begin(bound)
  try {
    const growth = await turn.ensure(calls.worst())
    if (!growth.granted) throw new QuotaDenied(growth)
    turn.signal.throwIfAborted()
    return call
  } catch (error) {
    call.refused()
    throw error
  }
}
