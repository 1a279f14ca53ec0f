/**
 * A reservation as an Effect program sees it.
 */
import * as Effect from "effect/Effect"

import type { InvalidInput } from "../machine/invalid-input.ts"
import type { KeptQuote } from "../pricing/kept-quote.ts"
import type { PriceCatalog, PriceQuery } from "../pricing/price-catalog.ts"
import type { CallError } from "../store/errors.ts"
import { checked } from "./checked.ts"
import type { AccountUsage, Denial } from "./denial.ts"
import { end } from "./end.ts"
import type { Environment } from "./environment.ts"
import type { ReservationEnded } from "./errors.ts"
import { grow, growBy, type GrowError, growFor, type Growth } from "./grow.ts"
import { type HandOverOptions, handOverTurn } from "./hand-over.ts"
import { handleOf, type ReservationHandle } from "./handle.ts"
import { readAmounts } from "./leg.ts"
import type { Amounts } from "./limit.ts"
import type { Opened } from "./open.ts"
import type { Settlement } from "./settlement.ts"
import type { Turn } from "./turn.ts"

/**
 * What `open` gives when it admits. It ends exactly once, whoever comes first; all ways to end it give the same
 * settlement.
 */
export interface Reservation {
  readonly granted: true
  readonly requestId: string
  /** false: it was denied, and goes on since `enforce` is off; its end is charged. */
  readonly reserved: boolean
  /**
   * The store was down, and this process admitted it by itself (see `insured`). It is charged when the store is back;
   * once the store has taken it over, at a heartbeat, this is false again.
   */
  readonly insured: boolean
  /** The accounts' numbers when it began; if it is insured, those of this process alone. */
  readonly accounts: ReadonlyArray<AccountUsage>
  /** Aborts with the caller's signal, with the quota, and when somebody else ends the reservation. */
  readonly signal: AbortSignal
  /** Holds so much more, by unit. Denied growth changes nothing. */
  readonly grow: (by: Amounts) => Effect.Effect<Growth | Denial, GrowError>
  /** Sees to it that what is held covers what was used so far, and this. */
  readonly ensure: (next: Amounts) => Effect.Effect<Growth | Denial, GrowError>
  /** Adds what one model call used, by unit. The next heartbeat carries it to the store. */
  readonly used: (usage: Amounts) => Effect.Effect<void, InvalidInput>
  /**
   * The rates of a model, for this turn: those that it was opened with, or else what the catalogue says at the first
   * time.
   */
  readonly quote: (catalog: PriceCatalog, query: PriceQuery) => Effect.Effect<KeptQuote | undefined, InvalidInput>
  /** What was used so far, as `used` was told. */
  readonly measured: () => Amounts
  /** Ends it at `actuals`; a unit that they leave out is what was measured, or else by `whenUnknown`. */
  readonly finalize: (actuals?: Amounts) => Effect.Effect<Settlement, InvalidInput>
  /** Gives back what was not measured. */
  readonly release: Effect.Effect<Settlement>
  /** Ends it as a failure or an abort does: by `whenUnknown`. */
  readonly interrupt: Effect.Effect<Settlement>
  /** Plain JSON, for another process. */
  readonly handle: () => ReservationHandle
  /** Lets go of it: another process goes on with it, or ends it by its id. Nothing ends it here any more. */
  readonly handOver: (
    options?: HandOverOptions
  ) => Effect.Effect<ReservationHandle, CallError | InvalidInput | ReservationEnded>
}

/** The operations over a turn. */
export const reservationOf = (env: Environment, opened: Opened): Reservation => new TurnReservation(env, opened)

/** Its functions are made when they are asked for: of a dozen most callers want one or two. */
class TurnReservation implements Reservation {
  readonly granted = true
  readonly requestId: string
  readonly reserved: boolean
  readonly accounts: ReadonlyArray<AccountUsage>
  readonly #env: Environment
  readonly #turn: Turn

  constructor(env: Environment, { accounts, turn }: Opened) {
    this.requestId = turn.requestId
    this.reserved = turn.standing._tag === "held"
    this.accounts = accounts
    this.#env = env
    this.#turn = turn
  }

  get insured(): boolean {
    return this.#turn.insured
  }

  get signal(): AbortSignal {
    return this.#turn.controller.signal
  }

  get grow(): Reservation["grow"] {
    return (by) =>
      Effect.flatMap(
        checked(() => growBy(this.#turn, by)),
        (growing) => grow(this.#env, this.#turn, growing)
      )
  }

  get ensure(): Reservation["ensure"] {
    return (next) =>
      Effect.flatMap(
        checked(() => growFor(this.#turn, next)),
        (growing) => grow(this.#env, this.#turn, growing)
      )
  }

  get used(): Reservation["used"] {
    return (usage) => checked(() => this.#turn.meter.add(readAmounts(usage, "usage", this.#turn.units)))
  }

  get quote(): Reservation["quote"] {
    return (catalog, query) => checked(() => this.#turn.quotes.of(catalog, query))
  }

  get measured(): Reservation["measured"] {
    return () => this.#turn.meter.totals()
  }

  get finalize(): Reservation["finalize"] {
    return (actuals = {}) =>
      Effect.flatMap(
        checked(() => readAmounts(actuals, "actuals", this.#turn.units)),
        (actuals) => end(this.#env, this.#turn, "finalized", actuals)
      )
  }

  get release(): Reservation["release"] {
    return Effect.suspend(() => end(this.#env, this.#turn, "released"))
  }

  get interrupt(): Reservation["interrupt"] {
    return Effect.suspend(() => end(this.#env, this.#turn, "interrupted"))
  }

  get handle(): Reservation["handle"] {
    return () => handleOf(this.#turn)
  }

  get handOver(): Reservation["handOver"] {
    return (options = {}) => handOverTurn(this.#env, this.#turn, options)
  }
}
