/**
 * The quota as code without Effect sees it.
 */
import type { Hold, Page, PageRequest } from "../../store/port.ts"
import type { Charge, ChargeRequest, FinalizeRequest, ReleaseRequest } from "../by-id.ts"
import type { AccountUsage, Denial } from "../denial.ts"
import type { ReservationHandle } from "../handle.ts"
import type { AccountName, AccountQuery } from "../limit.ts"
import type { OpenRequest } from "../open.ts"
import type { Adjusted, AdjustRequest } from "../operate.ts"
import type { AddCreditRequest, SetLimitRequest } from "../quota.ts"
import type { ReplayReport } from "../replay.ts"
import type { Settlement } from "../settlement.ts"
import type { Reservation } from "./reservation.ts"

/** What `open` and `guard` take. */
export interface OpenOptions extends OpenRequest {
  /**
   * Aborted already: nothing is reserved. Aborted while reserving: what was reserved is given back. Rejects with the
   * signal's reason.
   */
  readonly signal?: AbortSignal | undefined
}

export interface CloseOptions {
  /** How long to wait for open reservations: 0 to 2^53 - 1 ms. Default 10,000. */
  readonly graceMs?: number | undefined
}

/** Quotas over one store. Make one per process and store. Every method rejects with `QuotaClosed` once it is closed. */
export interface Quota extends AsyncDisposable {
  /**
   * Reserves. Gives a reservation, which must be ended, or a denial, which is an answer and no error.
   *
   * Rejects with `InvalidInput` (nothing was sent), `QuotaConflict` (the id has ended or was used otherwise), a
   * store's error, or the signal's reason.
   *
   * @example
   * const turn = await quota.open({ limits: [daily], estimate: { tokens: 4_000 }, signal })
   * if (!turn.granted) return new Response(turn.message, { status: 429 })
   */
  readonly open: (options: OpenOptions) => Promise<Reservation | Denial>
  /**
   * Reserves, runs, and ends. Success finalizes at what `call.used` was told, or what `call.finalize` was; failure
   * and abort end by `whenUnknown`. Rejects as `open` does, with `QuotaDenied`, and with whatever `run` throws.
   *
   * @example
   * const text = await quota.guard({ limits: [daily], estimate: { tokens: 4_000 } }, async (call) => {
   *   const reply = await model(prompt, { signal: call.signal })
   *   call.used({ tokens: reply.tokens })
   *   return reply.text
   * })
   */
  readonly guard: <A>(options: OpenOptions, run: (call: Reservation) => Promise<A> | A) => Promise<A>
  /**
   * Goes on with a reservation of another process: renews it, and gives it with a heartbeat of its own. By its handle;
   * or by what `open` was given, where only the id was passed on: what was measured or had grown is then kept by the
   * store, and not known here.
   *
   * Rejects with `ReservationEnded` if it was ended or the store does not know it, `InvalidInput`, or a store's error.
   *
   * @example
   * const turn = await quota.resume({ requestId: job.id, limits: [daily], estimate: { tokens: 4_000 } })
   */
  readonly resume: (
    reservation: ReservationHandle | (OpenRequest & { readonly requestId: string }),
    options?: { readonly signal?: AbortSignal | undefined }
  ) => Promise<Reservation>
  /**
   * Debits at once, without a hold: for a cost that is known and was not reserved. The room of a limit is not asked; an
   * account that has none, is closed or counts another unit denies, and then none is debited. The same id debits once,
   * for as long as the store remembers endings (an hour unless it was told otherwise).
   *
   * Delivered as the end of a reservation is: again within `settleWithinMs`, then from the journal (`delivered: false`).
   * Rejects with `InvalidInput`, or with `QuotaConflict` if the id was used for something else; with the store's error
   * where the store is a transaction of yours: that has failed as a whole.
   *
   * @example
   * const charged = await quota.charge({ requestId: event.id, limits: [credit], used: { microusd: 1_200 } })
   */
  readonly charge: (request: ChargeRequest) => Promise<Charge | Denial>
  /**
   * Ends a reservation by its id alone, at what the call used: for a webhook or a worker that does not have it. The
   * same ending again is the same; another one is `problem: { kind: "conflict" }`. A turn that grew behind the end of a
   * window has more reservations than this one: `resume` it by its handle.
   *
   * Resolves also if the store could not be reached (`delivered: false`), or knows no such reservation
   * (`problem: { kind: "unknown" }`, see `openedAtMs`). Rejects only with `InvalidInput`, or as `charge` inside a
   * transaction.
   *
   * @example
   * await quota.finalize({ requestId: event.id, limits: [daily], used: { tokens: 812 } })
   */
  readonly finalize: (request: FinalizeRequest) => Promise<Settlement>
  /** Ends a reservation by its id alone, and gives back what was not measured. Resolves and rejects as `finalize`. */
  readonly release: (request: ReleaseRequest) => Promise<Settlement>
  /** The numbers of 1 to 16 accounts, in their order. */
  readonly usage: (accounts: ReadonlyArray<AccountQuery>) => Promise<ReadonlyArray<AccountUsage>>
  /** Stores a limit, which wins over those in code: an amount, null for unlimited, "code" to forget it. */
  readonly setLimit: (request: SetLimitRequest) => Promise<Adjusted>
  /** Raises (or lowers) a stored limit, once per `paymentId`. Refused without a stored number as limit. */
  readonly addCredit: (request: AddCreditRequest) => Promise<Adjusted>
  /** Sets `used` to 0. What is held stays. */
  readonly resetUsed: (request: AdjustRequest) => Promise<Adjusted>
  /** Admits nothing more to the account; what is held can still end. */
  readonly closeAccount: (request: AdjustRequest) => Promise<Adjusted>
  readonly reopenAccount: (request: AdjustRequest) => Promise<Adjusted>
  /** The live holds of an account, in pages of 1 to 1,000 (default 100). */
  readonly holds: (account: AccountName, page?: Partial<PageRequest>) => Promise<Page<Hold>>
  /** Sends again what could not be delivered. It also happens by itself, and at `close`. */
  readonly replayJournal: () => Promise<ReplayReport>
  /**
   * Ends the quota: takes nothing new, waits for open reservations, ends those that are left as interrupted, waits
   * for endings under way, replays the journal once, and closes the store (unless `closesStore` is false). The second
   * call waits for the first.
   */
  readonly close: (options?: CloseOptions) => Promise<void>
}
