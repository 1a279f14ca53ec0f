/**
 * The model calls of a turn that run now. A call is settled once: by its report, or as unknown by whoever ends it.
 */
import { type Amounts, QuotaDenied, type Reservation } from "@tallystick/core"

import { amountsOf, type CallBound, type KnownTokens, worstOf } from "./observed.ts"

/** A model call that was admitted. */
export interface MeteredCall {
  /** Bytes of output that were seen: the least that an unknown output is charged. */
  readonly seen: (bytes: number) => void
  /** A tool was called that ran at the provider. */
  readonly called: (tool: string) => void
  /** Ends it with what is known. What is not is charged by the turn's `whenUnknown`. Only the first counts. */
  readonly settle: (known: KnownTokens) => void
  /** Ends it as one that the provider refused: nothing was used. */
  readonly refused: () => void
}

interface Calls {
  readonly running: Map<MeteredCall, Amounts>
  readonly units: ReadonlySet<string>
}

const callsByTurn = new WeakMap<Reservation, Calls>()
const nothingKnown: KnownTokens = { input: undefined, output: undefined, cacheRead: undefined, cacheWrite: undefined }

const callsOf = (turn: Reservation): Calls => {
  const known = callsByTurn.get(turn)
  if (known !== undefined) return known
  const calls: Calls = { running: new Map(), units: new Set(turn.handle().units) }
  callsByTurn.set(turn, calls)
  // A stream that nobody reads any more never ends; the abort of its turn is all that is ever heard.
  turn.signal.addEventListener("abort", () => abandonCalls(turn), { once: true })
  return calls
}

/** The units that the turn counts. */
export const unitsOf = (turn: Reservation): ReadonlySet<string> => callsOf(turn).units

/** Settles all calls that still run as unknown. */
export const abandonCalls = (turn: Reservation): void => {
  for (const call of callsOf(turn).running.keys()) call.settle(nothingKnown)
}

/**
 * Sees to it that the hold covers this call beside those that run; then it may be sent.
 *
 * @throws QuotaDenied if the growth is denied; ReservationEnded if the turn has ended; a store's error
 */
export const admitCall = async (turn: Reservation, bound: CallBound): Promise<MeteredCall> => {
  const calls = callsOf(turn)
  const worst = worstOf(calls.units, bound)
  const call = newCall(turn, calls, bound)
  calls.running.set(call, worst)
  try {
    const growth = await turn.ensure(sum(calls.running.values()))
    if (!growth.granted) throw new QuotaDenied(growth)
    turn.signal.throwIfAborted()
    return call
  } catch (error) {
    // Not sent.
    call.refused()
    throw error
  }
}

const newCall = (turn: Reservation, calls: Calls, bound: CallBound): MeteredCall => {
  const { whenUnknown } = turn.handle().settings
  let bytes = 0
  const toolCalls: Record<string, number> = {}
  const call: MeteredCall = {
    seen: (more) => {
      bytes += more
    },
    called: (tool) => {
      // What has no price is billed with the tokens, or by nobody.
      if (Object.hasOwn(bound.rates?.toolMicros ?? {}, tool)) toolCalls[tool] = (toolCalls[tool] ?? 0) + 1
    },
    settle: (known) => {
      if (!calls.running.delete(call)) return
      const isUnknown = known.input === undefined && known.output === undefined
      if (isUnknown && whenUnknown === "refund") return
      const output = whenUnknown === "charge-held" ? bound.outputTokens : Math.min(bytes, bound.outputTokens)
      const tokens = { ...known, input: known.input ?? bound.inputTokens, output: known.output ?? output, toolCalls }
      turn.used(amountsOf(calls.units, tokens, bound.rates))
    },
    refused: () => {
      calls.running.delete(call)
    }
  }
  return call
}

const sum = (all: Iterable<Amounts>): Amounts => {
  const total: Record<string, number> = {}
  for (const amounts of all)
    for (const [unit, amount] of Object.entries(amounts)) total[unit] = (total[unit] ?? 0) + amount
  return total
}
