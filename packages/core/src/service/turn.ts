/**
 * A turn: what one `open` gave, with all that its ending needs. Mutable, and known only to the service.
 */
import * as Deferred from "effect/Deferred"
import * as Semaphore from "effect/Semaphore"

import { type KeptQuote, KeptQuotes } from "../pricing/kept-quote.ts"
import type { Refused } from "./denial.ts"
import type { Leg } from "./leg.ts"
import { Meter } from "./meter.ts"
import { actualUnits, newPart, type Part } from "./part.ts"
import type { Settlement } from "./settlement.ts"
import type { TurnSettings } from "./settings.ts"

/**
 * How a turn stands with the store. `held`: admitted. `observed`: denied, `enforce` is off, and its end charges.
 * `undecided`: the store did not decide, `enforce` is off, and its end debits whether there is a hold or not.
 */
export type Standing =
  | { readonly _tag: "held" }
  | { readonly _tag: "observed"; readonly refused: Refused | null }
  | { readonly _tag: "undecided" }

/**
 * How it was ended: by a report, by its holder giving up, or by an abort, a failure or the end of the quota; or here it
 * was handed over to another process, which ends it.
 */
export type Ended = "finalized" | "released" | "interrupted" | "handedOver"

/** What renews it. */
export interface Heartbeat {
  readonly stop: () => void
}

export interface Turn {
  readonly requestId: string
  readonly settings: TurnSettings
  readonly standing: Standing
  readonly parts: Array<Part>
  readonly meter: Meter
  /** The rates of its models. */
  readonly quotes: KeptQuotes
  /**
   * The units of its limits that are debited by what was used, and those of its estimate: what a usage report may
   * name.
   */
  readonly units: ReadonlySet<string>
  readonly growing: Semaphore.Semaphore
  readonly done: Deferred.Deferred<Settlement>
  readonly controller: AbortController
  /** The settle-once latch: set before anything is sent, never unset. */
  ended: Ended | undefined
  heartbeat: Heartbeat | undefined
  /** When it was last known not to have ended, ms since the epoch; undefined: never (it came from a handle). */
  knownAtMs: number | undefined
  /** The store was down, and this process covers it (see `insured`), until the store has taken it over. */
  insured: boolean
  /** Stops listening to the caller's signal. */
  forget: () => void
}

/** A turn that begins. */
export const newTurn = (options: {
  readonly requestId: string
  readonly legs: ReadonlyArray<Leg>
  readonly estimated: Iterable<string>
  readonly settings: TurnSettings
  readonly standing: Standing
  readonly knownAtMs: number | undefined
  readonly quotes?: ReadonlyArray<KeptQuote> | undefined
}): Turn => {
  const meter = new Meter()
  return {
    requestId: options.requestId,
    settings: options.settings,
    standing: options.standing,
    parts: [newPart(options.requestId, options.legs, meter)],
    meter,
    quotes: new KeptQuotes(options.quotes),
    units: new Set([...actualUnits(options.legs), ...options.estimated]),
    growing: Semaphore.makeUnsafe(1),
    done: Deferred.makeUnsafe(),
    controller: new AbortController(),
    ended: undefined,
    heartbeat: undefined,
    knownAtMs: options.knownAtMs,
    insured: false,
    forget: () => {}
  }
}
