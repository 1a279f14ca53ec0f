/**
 * What an answer says of accounts and legs.
 */
import { windowName } from "./account.ts"
import type { Command } from "./command.ts"
import type { AccountAnswer, LegAnswer } from "./outcome.ts"
import { debtOf, spendableOf, statusOf } from "./status.ts"
import { resetsInMs } from "./windows.ts"
import { accountOf, liveHolds } from "./work.ts"
import type { Work } from "./work.ts"

/** An account's numbers, as they are when the leg's changes have been applied. */
export const accountAnswer = (work: Work): AccountAnswer => {
  const { leg, rows, timeMs, nowMs } = work
  const account = accountOf(work)
  const identity = {
    account: leg.account,
    window: windowName(leg.window),
    unit: account.unit,
    open: account.open,
    revision: account.revision,
    period: account.period,
    timeMs
  }
  const { limit, from } = work.limit
  if (limit === "none") {
    const zeros = { limit: null, used: 0, reserved: 0, spendable: 0, debt: 0, resetsInMs: null }
    return { ...identity, ...zeros, known: false, limitFrom: from, status: "blocked" }
  }
  const { used, reserved, open } = account
  return {
    ...identity,
    known: true,
    limit,
    limitFrom: from,
    used,
    reserved,
    spendable: spendableOf(limit, used, reserved),
    debt: debtOf(limit, used),
    status: open ? statusOf(limit, used, reserved, leg.warnAt) : "blocked",
    resetsInMs: resetsInMs(rows.account, leg.window, nowMs, timeMs, liveHolds(work))
  }
}

/** What an account knows of the request. */
export const legAnswer = (work: Work): LegAnswer => {
  const { leg, rows, timeMs, state } = work
  const identity = { account: leg.account, window: windowName(leg.window), state }
  const entry = rows.entry
  if (entry === undefined || state === "none" || state === "marked") return { ...identity, ...nothingKnown }
  const isHeld = state === "held"
  const debited = isHeld ? 0 : state === "expired" ? entry.expiryCost : entry.debited
  return {
    ...identity,
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

const nothingKnown: Omit<LegAnswer, "account" | "window" | "state"> = {
  held: 0,
  measured: null,
  debited: 0,
  overage: 0,
  unbilled: 0,
  late: false,
  unreserved: false,
  windowPassed: false,
  expiresInMs: null
}

/** The fields that all answers have. `granted` and `replayed` are false unless said otherwise. */
export const common = (
  command: Command,
  works: ReadonlyArray<Work>,
  said: { granted?: boolean; replayed?: boolean } = {}
) => ({
  command: command.kind,
  id: command.id,
  granted: said.granted ?? false,
  replayed: said.replayed ?? false,
  accounts: works.map(accountAnswer),
  legs: command.kind === "adjust" ? [] : works.map(legAnswer)
})
