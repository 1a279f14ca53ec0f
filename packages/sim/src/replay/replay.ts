/**
 * Replays a trace through the whole service, the promise front and all, in virtual time, and checks the invariants as it goes.
 */
import { createQuota } from "@tallystick/core"
import type { QuotaStore } from "@tallystick/core/store"

import type { ReplayReport } from "../report/model.ts"
import { Audit, type Seen } from "./audit.ts"
import { type Broken, Checks } from "./checks.ts"
import { finalChecks } from "./final-checks.ts"
import { defaultReplaySettings, type ReplaySettings } from "./settings.ts"
import { StoreReader } from "./store-reader.ts"
import type { Trace } from "./trace.ts"
import { Traffic } from "./traffic.ts"
import { VirtualTime } from "./virtual-time.ts"
import { watchedStore } from "./watched-store.ts"

export interface ReplayOptions {
  readonly trace: Trace
  readonly store: QuotaStore
  /** How the store is called in the report. */
  readonly storeName: string
  readonly seed: number
  readonly settings?: Partial<ReplaySettings>
  readonly onProgress?: (progress: ReplayProgress) => void
  readonly signal?: AbortSignal | undefined
}

export interface ReplayProgress {
  readonly requests: number
  readonly rows: number
  readonly granted: number
  readonly denied: number
}

export interface Replayed {
  readonly report: ReplayReport
  /** The first invariant that broke, in a sentence. */
  readonly broken: Broken | null
  /** The signal stopped it before the end. */
  readonly isPartial: boolean
}

/** Virtual time after the last ending until every deadline has passed, in ttls: a hold that a beat renewed lives for one. */
const TTLS_TO_REST = 2

/**
 * Every answer is held against the audit's own list of holds; of every 16th account that answers, the store's list is read as
 * well: a call more to the store each time. 16 has no common factor with the three accounts of a request, so all have their turn.
 */
const LIST_EVERY = 16

export const replay = async (options: ReplayOptions): Promise<Replayed> => {
  const { trace, store, seed, signal } = options
  const settings = { ...defaultReplaySettings, ...options.settings }
  const time = new VirtualTime(trace.rows[0]?.atMs ?? 0)
  const checks = new Checks()
  const audit = new Audit(checks)
  const reader = new StoreReader(store, time)
  const listed: Array<Seen> = []
  let answers = 0
  const quota = createQuota({
    store: watchedStore(store, time, (command, outcome) => {
      for (const account of audit.saw(command, outcome)) if (answers++ % LIST_EVERY === 0) listed.push(account)
    }),
    clock: time,
    ttlMs: settings.ttlMs,
    renewForMs: settings.renewForMs,
    closesStore: false
  })
  const traffic = new Traffic(trace.rows, quota, time, settings, seed)
  const isStopped = (): boolean => signal?.aborted === true
  while (!isStopped() && (await time.step())) {
    await checkHolds(listed.splice(0), reader, checks)
    const { requests, granted, denied } = traffic
    options.onProgress?.({ requests, rows: trace.rows.length, granted, denied })
  }
  const isPartial = isStopped()
  if (!isPartial) {
    await quota.close()
    await time.pass(TTLS_TO_REST * settings.ttlMs)
    await finalChecks(audit.accounts.values(), reader, checks, signal)
  }
  const { requests, granted, denied } = traffic
  const counts = { requests, granted, denied, late: audit.late, accounts: audit.accounts.size }
  return { report: reportOf(options.storeName, counts, audit, checks), broken: checks.first, isPartial }
}

/** What an account says is held, against the holds that it lists. */
const checkHolds = async (accounts: Iterable<Seen>, reader: StoreReader, checks: Checks): Promise<void> => {
  for (const { terms, answer } of accounts) {
    let sum = 0
    for (const { held, windowPassed } of await reader.holds(terms)) if (!windowPassed) sum += held
    checks.that("I2", sum === answer.reserved, () => {
      return `${answer.account} says that ${answer.reserved} is held, the holds that it lists are ${sum} together`
    })
  }
}

const reportOf = (
  store: string,
  counts: Pick<ReplayReport, "requests" | "granted" | "denied" | "late" | "accounts">,
  audit: Audit,
  checks: Checks
): ReplayReport => ({
  command: "replay",
  ok: checks.first === null,
  store,
  ...counts,
  used: Object.fromEntries(audit.used),
  overage: Object.fromEntries(audit.overage),
  peakReserved: audit.peak.byUnit,
  invariants: checks.counts
})
