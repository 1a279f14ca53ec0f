/**
 * A turn: what one `open` gave, with all that its ending needs. Mutable, and known only to the service.
 */
import * as Deferred from "effect/Deferred"
import * as Semaphore from "effect/Semaphore"

import { type KeptQuote, KeptQuotes } from "../pricing/kept-quote.ts"
import type { Refused } from "./denial.ts"
import { Meter } from "./meter.ts"
import { actualUnits, type Part } from "./part.ts"
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
  /** Growths, one after the other; undefined: none ever began. */
  growing: Semaphore.Semaphore | undefined
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

/** What a caller asked for. */
export interface Asked {
  readonly requestId: string
  /** Its first. */
  readonly part: Part
  readonly estimated: Iterable<string>
  readonly settings: TurnSettings
  readonly quotes?: ReadonlyArray<KeptQuote> | undefined
}

/** A turn that begins. */
export const newTurn = (asked: Asked, standing: Standing, knownAtMs: number | undefined): Turn => {
  const units = actualUnits(asked.part.legs)
  for (const unit of asked.estimated) units.add(unit)
  return {
    requestId: asked.requestId,
    settings: asked.settings,
    standing,
    parts: [asked.part],
    meter: new Meter(),
    quotes: new KeptQuotes(asked.quotes),
    units,
    growing: undefined,
    done: Deferred.makeUnsafe(),
    controller: new AbortController(),
    ended: undefined,
    heartbeat: undefined,
    knownAtMs,
    insured: false,
    forget: nothing
  }
}

const nothing = (): void => {}

/** What changes the reservations of a turn runs alone. */
export const growingOf = (turn: Turn): Semaphore.Semaphore => (turn.growing ??= Semaphore.makeUnsafe(1))
