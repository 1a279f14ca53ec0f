/**
 * A scenario: the user's own promise code, run by several clients at once, whose store calls wait at gates that the tape opens.
 */
import type { QuotaStore } from "@tallystick/core/store"

/** What one client of a scenario is given. */
export interface ScenarioClient {
  /** From 0. */
  readonly index: number
  /** The store that all clients share, as this client reaches it. */
  readonly store: QuotaStore
  /** For `createQuota({ store: client.store, ...client.runtime })`: the world's clock, and ids that repeat with the seed. */
  readonly runtime: {
    readonly clock: { readonly nowMs: () => number; readonly after: (ms: number, wake: () => void) => () => void }
    readonly newId: () => string
    readonly closesStore: boolean
  }
  /** The world's time, ms. */
  readonly now: () => number
  /** Waits in the world's time. `words`: what happens then, for the timeline; default `wakes`. */
  readonly sleep: (ms: number, words?: string) => Promise<void>
  /** An integer from 0 to `below - 1`, from the tape. */
  readonly pick: (below: number) => number
}

/** Runs once per client and run. What it throws is a failure. Timers, I/O and chance of its own would escape the seed. */
export type Scenario = (client: ScenarioClient) => Promise<void>

export interface ScenarioOptions {
  readonly scenario: Scenario
  /** How many run it at once: 1 to 8. Default: 2. */
  readonly clients: number
  /** Answers get lost and clients crash, too. Default: false, since code without a quota's retries throws at each of them. */
  readonly faults: boolean
  /** How many decisions a run has at most. Default: 40. */
  readonly blocks?: number | undefined
  /** A direct charge may go beyond the limit. Default: false, since code that looks first and charges then means it not to. */
  readonly allowsDebt: boolean
}
