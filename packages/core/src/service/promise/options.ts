/**
 * What `createQuota` takes.
 */
import type { Store } from "../../store/port.ts"
import type { SettlementJournal } from "../journal.ts"
import type { Observer } from "../observer.ts"
import type { Settings, SettingsInput } from "../settings.ts"

/** A clock of your own: for tests, and for worlds with a time of their own. The memory store goes by it, too. */
export interface QuotaClock {
  /** Milliseconds since the epoch. */
  readonly nowMs: () => number
  /** Calls `wake` once, when so many milliseconds have passed. Gives the function that prevents it. */
  readonly after: (ms: number, wake: () => void) => () => void
}

/** What `createQuota` takes. */
export interface QuotaOptions extends SettingsInput<Settings> {
  /** From `memoryStore()`, `redisStore(...)`, `postgresStore(...)` or `defineStore(...)`. */
  readonly store: Store
  /** Is told of denials, overage, late and unsettled calls. */
  readonly observer?: Observer | undefined
  /** Where endings go that could not be delivered. Default: in memory, 10,000 of them. */
  readonly journal?: SettlementJournal | undefined
  /** Makes new request ids. Default: random UUIDs. */
  readonly newId?: (() => string) | undefined
  readonly clock?: QuotaClock | undefined
  /** A `Layer` of Effect without requirements, for those who have one: a tracer, a clock, a scheduler. */
  readonly layer?: object | undefined
  /**
   * Whether `close` closes the store as well, which gives back the connections that the store itself opened. Default
   * true.
   */
  readonly closesStore?: boolean | undefined
}
