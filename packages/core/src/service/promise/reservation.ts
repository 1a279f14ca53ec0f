/**
 * A reservation as code without Effect sees it.
 */
import type { KeptQuote } from "../../pricing/kept-quote.ts"
import type { PriceCatalog, PriceQuery } from "../../pricing/price-catalog.ts"
import type { AccountUsage, Denial } from "../denial.ts"
import type { Growth } from "../grow.ts"
import type { HandOverOptions } from "../hand-over.ts"
import type { ReservationHandle } from "../handle.ts"
import type { Amounts } from "../limit.ts"
import type { Reservation as EffectReservation } from "../reservation.ts"
import type { Settlement } from "../settlement.ts"
import { runSync, type Runner } from "./run.ts"

/**
 * What `open` gives when it admits.
 *
 * It ends exactly once, whoever comes first: `finalize`, `release`, an abort, `close` of the quota, or the end of an
 * `await using` block. All give the same settlement. Until then a heartbeat renews it, for `renewForMs` at most.
 */
export interface Reservation extends AsyncDisposable {
  readonly granted: true
  readonly requestId: string
  /** false: it was denied or not decided, and goes on since `enforce` is off; its end is charged. */
  readonly reserved: boolean
  /**
   * The store was down, and this process admitted it by itself (see `insured`). It is charged when the store is back;
   * once the store has taken it over, at a heartbeat, this is false again.
   */
  readonly insured: boolean
  /** The accounts' numbers when it began; if it is insured, those of this process alone. */
  readonly accounts: ReadonlyArray<AccountUsage>
  /**
   * Aborts with the signal that was passed, with `close` of the quota, and when somebody else ends it. Pass it to the
   * model call.
   */
  readonly signal: AbortSignal
  /**
   * Holds so much more, by unit. Denied growth changes nothing: the turn goes on with what it has.
   *
   * Rejects with `ReservationEnded`, or a store's error; then it may have grown.
   */
  readonly grow: (by: Amounts) => Promise<Growth | Denial>
  /** Sees to it that what is held covers what was used so far, and this: before each further model call of a turn. */
  readonly ensure: (next: Amounts) => Promise<Growth | Denial>
  /**
   * Adds what one model call used, by unit. The next heartbeat carries it. Throws `InvalidInput` for a unit that
   * nobody asked about.
   */
  readonly used: (usage: Amounts) => void
  /**
   * The rates of a model, for this turn: those that it was opened with (`quotes`), or else what the catalogue says at
   * the first time. So its end is priced by what it was reserved at, though the catalogue is updated meanwhile, or
   * another process resumes it. undefined: not known. Throws `InvalidInput` if what the catalogue says are no rates.
   *
   * @example
   * const quote = turn.quote(catalog, { model: "gpt-5" })
   * if (quote !== undefined) turn.used({ microusd: costMicros(usage, quote.rates) })
   */
  readonly quote: (catalog: PriceCatalog, query: PriceQuery) => KeptQuote | undefined
  /** What was used so far. */
  readonly measured: () => Amounts
  /**
   * Ends it at `actuals`. A unit that they leave out costs what was measured; one that was never measured, by
   * `whenUnknown`.
   *
   * Resolves also if the store could not be reached (`delivered: false`). Rejects only with `InvalidInput`, or
   * with the store's error where the store is a transaction of yours: that has failed as a whole.
   */
  readonly finalize: (actuals?: Amounts) => Promise<Settlement>
  /** Ends it and gives back what was not measured. */
  readonly release: () => Promise<Settlement>
  /**
   * Plain JSON: all that another process needs to go on with it (`quota.resume`). This one goes on renewing it, and ends
   * it at its own end: to let go of it, `handOver`.
   */
  readonly handle: () => ReservationHandle
  /**
   * Lets go of it: another process goes on with it (`quota.resume`) or ends it by its id (`quota.finalize`). It is renewed
   * once, for `ttlMs`; from then on nothing ends it here, not `close`, not an abort, not the end of a block, and
   * `finalize` answers `ended: "handedOver"`. What nobody takes expires.
   *
   * Rejects with `ReservationEnded`, `InvalidInput` or a store's error; then it is as it was.
   *
   * @example
   * await queue.send({ handle: await turn.handOver({ ttlMs: 3_600_000 }), prompt })
   */
  readonly handOver: (options?: HandOverOptions) => Promise<ReservationHandle>
}

/** The shell. */
export const reservationOf = (run: Runner, inner: EffectReservation): Reservation => new Shell(run, inner)

/**
 * Its functions are made when they are asked for, since of a dozen most callers want one or two (0.5 µs of a turn); each one works without its reservation
 * too: `const { finalize } = turn`.
 */
class Shell implements Reservation {
  readonly granted = true
  readonly requestId: string
  readonly reserved: boolean
  readonly accounts: ReadonlyArray<AccountUsage>
  readonly #run: Runner
  readonly #inner: EffectReservation

  constructor(run: Runner, inner: EffectReservation) {
    this.requestId = inner.requestId
    this.reserved = inner.reserved
    this.accounts = inner.accounts
    this.#run = run
    this.#inner = inner
  }

  get insured(): boolean {
    return this.#inner.insured
  }

  get signal(): AbortSignal {
    return this.#inner.signal
  }

  get grow(): Reservation["grow"] {
    return (by) => this.#run(() => this.#inner.grow(by))
  }

  get ensure(): Reservation["ensure"] {
    return (next) => this.#run(() => this.#inner.ensure(next))
  }

  get used(): Reservation["used"] {
    return (usage) => runSync(this.#inner.used(usage))
  }

  get quote(): Reservation["quote"] {
    return (catalog, query) => runSync(this.#inner.quote(catalog, query))
  }

  get measured(): Reservation["measured"] {
    return this.#inner.measured
  }

  get finalize(): Reservation["finalize"] {
    return (actuals) => this.#run(() => this.#inner.finalize(actuals))
  }

  get release(): Reservation["release"] {
    return () => this.#run(() => this.#inner.release)
  }

  get handle(): Reservation["handle"] {
    return this.#inner.handle
  }

  get handOver(): Reservation["handOver"] {
    return (options) => this.#run(() => this.#inner.handOver(options))
  }

  // Like a failure: whoever succeeds says so by `finalize` before the block ends.
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#run(() => this.#inner.interrupt)
  }
}
