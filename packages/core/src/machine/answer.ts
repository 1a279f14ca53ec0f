/**
 * What an answer says of accounts and legs.
 */
import { windowName } from "./account.ts"
import type { AccountRef, Command } from "./command.ts"
import type { AccountAnswer, LegAnswer, LegState, Outcome } from "./outcome.ts"
import { debtOf, spendableOf, statusOf } from "./status.ts"
import { resetsInMs } from "./windows.ts"
import { accountOf, liveHolds } from "./work.ts"
import type { Work } from "./work.ts"

/** An account's numbers, as they are when the leg's changes have been applied. */
export const accountAnswer = (work: Work): AccountAnswer => {
  const { leg, rows, timeMs, nowMs } = work
  const { open, period, reserved, revision, unit, used } = accountOf(work)
  const { limit, from } = work.limit
  const isKnown = limit !== "none"
  return {
    account: leg.account,
    window: windowName(leg.window),
    known: isKnown,
    open,
    unit,
    limit: isKnown ? limit : null,
    limitFrom: from,
    used: isKnown ? used : 0,
    reserved: isKnown ? reserved : 0,
    spendable: isKnown ? spendableOf(limit, used, reserved) : 0,
    debt: isKnown ? debtOf(limit, used) : 0,
    status: isKnown && open ? statusOf(limit, used, reserved, leg.warnAt) : "blocked",
    revision,
    period,
    timeMs,
    resetsInMs: isKnown ? resetsInMs(rows.account, leg.window, nowMs, timeMs, liveHolds(work)) : null
  }
}

/** What an account knows of the request. */
export const legAnswer = (work: Work): LegAnswer => {
  const { leg, rows, timeMs, state } = work
  const entry = state === "none" || state === "marked" ? undefined : rows.entry
  if (entry === undefined) return nothingKnown(leg, state)
  const isHeld = state === "held"
  const debited = isHeld ? 0 : state === "expired" ? entry.expiryCost : entry.debited
  return {
    account: leg.account,
    window: windowName(leg.window),
    state,
    held: entry.held,
    measured: entry.measured,
    debited,
    overage: state === "charged" ? 0 : Math.max(0, debited - entry.held),
    unbilled: entry.unbilled,
    late: entry.late,
    unreserved: entry.command === "finalize",
    windowPassed: entry.period !== accountOf(work).period,
    expiresInMs: isHeld ? entry.deadlineMs - timeMs : null
  }
}

const nothingKnown = (leg: AccountRef, state: LegState): LegAnswer => ({
  account: leg.account,
  window: windowName(leg.window),
  state,
  held: 0,
  measured: null,
  debited: 0,
  overage: 0,
  unbilled: 0,
  late: false,
  unreserved: false,
  windowPassed: false,
  expiresInMs: null
})

/** How an operation went: `granted` and `replayed` of an answer. */
export interface Said {
  readonly granted: boolean
  readonly replayed: boolean
}
export const GRANTED: Said = { granted: true, replayed: false }
export const REPLAYED: Said = { granted: true, replayed: true }
export const NOT_GRANTED: Said = { granted: false, replayed: false }

/** An answer with the fields that all answers have. */
export const answered = <Tag extends Outcome["_tag"]>(
  tag: Tag,
  command: Command,
  works: ReadonlyArray<Work>,
  said: Said
) => ({
  _tag: tag,
  command: command.kind,
  id: command.id,
  granted: said.granted,
  replayed: said.replayed,
  accounts: works.map(accountAnswer),
  legs: command.kind === "adjust" ? [] : works.map(legAnswer)
})
