/**
 * The memory adapter: the machine over maps, one synchronous step per call.
 */
import {
  accountKey,
  accountTime,
  compareBytes,
  decide,
  InvalidInput,
  isOutside,
  isOver,
  presentPeriod,
  readAccounts,
  readCommands,
  readInteger,
  readSettings,
  readText,
  readWindow,
  usage
} from "@tallystick/core/machine"
import type { AccountAnswer, AccountRef, Change, Command, Outcome, Settings } from "@tallystick/core/machine"
import { NotAppliedError } from "@tallystick/core/store"
import type { AccountId, CallError, Hold, Page, PageRequest, QuotaStore, SweepReport } from "@tallystick/core/store"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"

import { collect } from "./collect.ts"
import { entriesOf } from "./entries.ts"
import { Tables } from "./tables.ts"

export interface MemoryStoreOptions extends Partial<Settings> {
  /** Settled entries to remember at most; beyond it the oldest go first and are counted. Default: 1,000,000, some 420 MB. */
  readonly rememberAtMost?: number | undefined
  /** Gets every change as it is written, with its account's key: a ledger, for tests and audits. */
  readonly onChange?: ((account: string, change: Change) => void) | undefined
}

export interface MemoryStats {
  readonly accounts: number
  /** Held, or expired and not ended. */
  readonly openEntries: number
  readonly settledEntries: number
  /** Settled entries that were dropped before their time because of `rememberAtMost`: repeats of them act again. */
  readonly forgottenEarly: number
}

export interface MemoryStore extends QuotaStore {
  readonly stats: () => MemoryStats
}

/** Rows that each call looks at to collect: more than the two that a call can make, so that nothing piles up. */
const LOOKS_PER_CALL = 8

/**
 * A store in this process's memory: for tests, for development, and for one process whose limits may start again with it.
 *
 * Its clock is Effect's `Clock`, so that tests move time. It keeps what was settled for `settledRetentionMs` (1 h) and what expired for
 * `unsettledRetentionMs` (7 days), then forgets it.
 *
 * @example
 * const quota = createQuota({ store: memoryStore() })
 */
export const memoryStore = (options: MemoryStoreOptions = {}): MemoryStore => {
  const settings: Settings = readSettings(options)
  const bound = readInteger(options.rememberAtMost ?? 1_000_000, "rememberAtMost", 0, Number.MAX_SAFE_INTEGER)
  const tables = new Tables()
  let forgottenEarly = 0

  const executeAt = (commands: ReadonlyArray<Command>, nowMs: number): ReadonlyArray<Outcome> => {
    const outcomes = commands.map((command) => {
      const fetched = tables.fetch(command, nowMs)
      const decided = decide(fetched, command, nowMs, settings)
      tables.write(fetched, decided)
      if (options.onChange !== undefined)
        for (const change of decided.changes) options.onChange(accountKey(command.legs[change.leg]!), change)
      return decided.answer
    })
    forgottenEarly += collect(tables, nowMs, settings, bound, LOOKS_PER_CALL * commands.length).early
    return outcomes
  }

  return {
    capabilities: {
      atomicOver: "process",
      durable: false,
      clock: "caller",
      ledger: false,
      settledRetentionMs: settings.settledRetentionMs
    },
    execute: (commands) => step(() => readCommands(commands), executeAt),
    usage: (accounts) =>
      step(
        () => readAccounts(accounts),
        (read, nowMs) => usageAt(tables, read, nowMs, settings)
      ),
    holds: (account, page) =>
      step(
        () => readHolds(account, page),
        (read, nowMs) => holdsAt(tables, read, nowMs, settings)
      ),
    sweep: (limit) =>
      step(
        () => readInteger(limit, "limit", 1, 1_000_000),
        (most, nowMs): SweepReport => {
          const { entries, accounts, early } = collect(tables, nowMs, settings, bound, most)
          forgottenEarly += early
          return { entries, accounts, more: entries + accounts === most }
        }
      ),
    close: Effect.void,
    stats: () => ({
      accounts: tables.slots.size,
      openEntries: tables.open.size,
      settledEntries: tables.settled.size,
      forgottenEarly
    })
  }
}

/** Reads the input, then the clock, then does it all at once, in a single step of the fiber. What the input or the step refuses is the call's failure. */
const step = <Input, A>(read: () => Input, act: (input: Input, nowMs: number) => A): Effect.Effect<A, CallError> =>
  Clock.clockWith((clock) => {
    try {
      const input = read()
      return Effect.succeed(act(input, Math.floor(clock.currentTimeMillisUnsafe())))
    } catch (error) {
      return error instanceof InvalidInput || error instanceof NotAppliedError ? Effect.fail(error) : Effect.die(error)
    }
  })

const usageAt = (
  tables: Tables,
  accounts: ReadonlyArray<AccountRef>,
  nowMs: number,
  settings: Settings
): ReadonlyArray<AccountAnswer> => {
  const answers = usage(accounts, tables.fetchAccounts(accounts, nowMs), nowMs, settings)
  if (answers === undefined) throw outsideOfWindows()
  return answers
}

const outsideOfWindows = (): NotAppliedError =>
  new NotAppliedError("clock: the store's clock lies outside the calendar windows that the call carries")

const readHolds = (account: AccountId, page: PageRequest) => ({
  account: { account: readText(account.account, "account"), window: readWindow(account.window, "window") },
  after: page.after === undefined ? undefined : readText(page.after, "page.after"),
  limit: readInteger(page.limit, "page.limit", 1, 1_000)
})

const holdsAt = (
  tables: Tables,
  { account, after, limit }: ReturnType<typeof readHolds>,
  nowMs: number,
  settings: Settings
): Page<Hold> => {
  if (isOutside(account.window, nowMs)) throw outsideOfWindows()
  const slot = tables.slots.get(accountKey(account))
  const period = slot && presentPeriod(account, tables.rowsOf(slot, nowMs), nowMs, settings)
  if (slot === undefined || period === undefined) return { items: [], next: null }
  const timeMs = accountTime(slot, nowMs)
  const live = entriesOf(slot.entries)
    .filter((entry) => entry.state === "held" && !isOver(entry.deadlineMs, timeMs))
    .filter(({ id }) => after === undefined || compareBytes(id, after) > 0)
    .toSorted((left, right) => compareBytes(left.id, right.id))
  const items = live.slice(0, limit).map((row): Hold => ({
    id: row.id,
    amount: row.amount,
    held: row.held,
    settle: row.settle,
    measured: row.measured,
    whenUnknown: row.whenUnknown,
    ageMs: timeMs - row.createdMs,
    expiresInMs: row.deadlineMs - timeMs,
    windowPassed: row.period !== period
  }))
  return { items, next: live.length > limit ? items[items.length - 1]!.id : null }
}
