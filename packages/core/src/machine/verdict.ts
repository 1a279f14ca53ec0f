/**
 * Answers for stores that decide elsewhere, in Lua or in SQL. They tell the verdict and what it reads off the rows after it; everything that follows
 * from these (spendable, status, times left, refusals in order) is reckoned here, by the functions that the machine itself answers with.
 */
import { windowName } from "./account.ts"
import { adjustmentRefused } from "./adjust.ts"
import { accountAnswer, answered, GRANTED, NOT_GRANTED } from "./answer.ts"
import type { AccountRef, Command } from "./command.ts"
import { empty, notAppliedOf } from "./decide.ts"
import type { AccountAnswer, ConflictReason, LegState, NotAppliedReason, Outcome, RefusalReason } from "./outcome.ts"
import { refusedBy } from "./refuse.ts"
import type { Refused } from "./refuse.ts"
import type { AccountRow, DueRow, EntryRow } from "./rows.ts"
import { limitInForce } from "./status.ts"
import type { Work } from "./work.ts"

/** What an answer reads of an account. */
export type AccountFacts = Pick<
  AccountRow,
  "unit" | "storedLimit" | "open" | "used" | "reserved" | "period" | "startMs" | "endMs" | "revision" | "changedMs"
>

/** What an answer reads of an entry. */
export type EntryFacts = Pick<
  EntryRow,
  "command" | "held" | "measured" | "deadlineMs" | "expiryCost" | "period" | "debited" | "unbilled" | "late"
>

/** One leg after the command: what counts of its rows (a forgotten one is undefined). */
export interface LegFacts {
  readonly timeMs: number
  readonly account: AccountFacts | undefined
  readonly state: LegState
  readonly entry: EntryFacts | undefined
  /** Whether a hold lives on the account, of any period. Only read for an `idle` window. */
  readonly holdsLive: boolean
  /** The earliest deadline of a live hold of the present period when it was refused by `limit` (so before a renewal); null: none. */
  readonly firstDeadlineMs: number | null
}

/** What one leg asked for when it was refused. */
export interface AskedFacts {
  readonly leg: number
  readonly amount: number
  /** What the same would be as a new request: of growth the new total. */
  readonly whole: number
}

/** What was decided. */
export type Verdict =
  | { readonly tag: "Granted" | "Charged" | "Finalized" | "Released" | "Adjusted"; readonly replayed: boolean }
  | { readonly tag: "Found" | "Unknown" | "Ended" | "Undecidable" }
  | { readonly tag: "NotApplied"; readonly reason: NotAppliedReason }
  | { readonly tag: "Conflict"; readonly reason: ConflictReason }
  | { readonly tag: "Corrupt"; readonly leg: number }
  | { readonly tag: "Denied"; readonly reason: RefusalReason; readonly asked: ReadonlyArray<AskedFacts> }
  | {
      readonly tag: "Extended"
      readonly replayed: boolean
      /** Why growth was denied. */
      readonly denial: { readonly reason: RefusalReason; readonly asked: ReadonlyArray<AskedFacts> } | undefined
    }

/**
 * The answer that `decide` would have given.
 *
 * @param legs of each leg, in the order of the command; not read for `NotApplied` and `Corrupt`
 * @param nowMs the store's clock when it decided
 */
export const answerOf = (command: Command, verdict: Verdict, legs: ReadonlyArray<LegFacts>, nowMs: number): Outcome => {
  if (verdict.tag === "NotApplied") return notAppliedOf(command, verdict.reason)
  if (verdict.tag === "Corrupt") {
    const { account, window } = command.legs[verdict.leg]!
    return { _tag: verdict.tag, ...empty(command), account, window: windowName(window) }
  }
  const works = legs.map((facts, index) => workOf(command.legs[index]!, index, facts, nowMs))
  switch (verdict.tag) {
    case "Granted":
    case "Charged":
    case "Finalized":
    case "Released":
    case "Adjusted":
      return answered(verdict.tag, command, works, { granted: true, replayed: verdict.replayed })
    case "Found":
      return answered(verdict.tag, command, works, GRANTED)
    case "Unknown":
    case "Ended":
    case "Undecidable":
      return answered(verdict.tag, command, works, NOT_GRANTED)
    case "Conflict":
      return { ...answered(verdict.tag, command, works, NOT_GRANTED), reason: verdict.reason }
    case "Denied":
      return { ...answered(verdict.tag, command, works, NOT_GRANTED), ...refusedOf(command, works, verdict) }
    case "Extended": {
      const grown = verdict.denial === undefined
      const denial = verdict.denial === undefined ? null : refusedOf(command, works, verdict.denial)
      return {
        ...answered(verdict.tag, command, works, { granted: grown, replayed: verdict.replayed }),
        grown,
        denial
      }
    }
  }
}

/** The numbers that `usage` would have given. */
export const accountAnswerOf = (ref: AccountRef, facts: LegFacts, nowMs: number): AccountAnswer =>
  accountAnswer(workOf(ref, 0, facts, nowMs))

const refusedOf = (
  command: Command,
  works: ReadonlyArray<Work>,
  { reason, asked }: { readonly reason: RefusalReason; readonly asked: ReadonlyArray<AskedFacts> }
): Refused =>
  command.kind === "adjust"
    ? adjustmentRefused(command, works[0]!, reason)
    : refusedBy(
        reason,
        asked.map(({ leg, amount, whole }) => ({ work: works[leg]!, amount, whole }))
      )

const workOf = (leg: AccountRef, index: number, facts: LegFacts, nowMs: number): Work => {
  const account = facts.account === undefined ? undefined : accountRowOf(facts.account)
  return {
    leg,
    index,
    nowMs,
    timeMs: facts.timeMs,
    rows: {
      account,
      entry: facts.entry === undefined ? undefined : entryRowOf(facts.entry),
      adjustment: undefined,
      due: dueOf(facts)
    },
    state: facts.state,
    limit: limitInForce(account, leg.limit),
    changes: []
  }
}

/** As many due rows as it takes for `holdsLive` and `firstDeadline` to say the same. */
const dueOf = ({ account, firstDeadlineMs, holdsLive, timeMs }: LegFacts): ReadonlyArray<DueRow> => {
  const row = { count: 1, amount: 0, cost: 0 }
  if (firstDeadlineMs !== null) return [{ ...row, tickMs: firstDeadlineMs, period: account?.period ?? 0 }]
  return holdsLive ? [{ ...row, tickMs: timeMs + 1, period: -1 }] : []
}

/** Whole rows, of which an answer reads the facts. Each value by its name: to spread two objects into one takes five times as long. */
const accountRowOf = (facts: AccountFacts): AccountRow => ({
  unit: facts.unit,
  storedLimit: facts.storedLimit,
  open: facts.open,
  used: facts.used,
  reserved: facts.reserved,
  period: facts.period,
  startMs: facts.startMs,
  endMs: facts.endMs,
  revision: facts.revision,
  lastMs: 0,
  leadMs: 0,
  bornMs: 0,
  changedMs: facts.changedMs,
  resetMs: null
})

const entryRowOf = (facts: EntryFacts): EntryRow => ({
  command: facts.command,
  state: "held",
  accounts: "",
  digest: "",
  settle: "actual",
  amount: 0,
  held: facts.held,
  measured: facts.measured,
  whenUnknown: null,
  deadlineMs: facts.deadlineMs,
  expiryCost: facts.expiryCost,
  period: facts.period,
  createdMs: 0,
  changedMs: 0,
  debited: facts.debited,
  actual: null,
  overage: "debit",
  unbilled: facts.unbilled,
  late: facts.late
})
