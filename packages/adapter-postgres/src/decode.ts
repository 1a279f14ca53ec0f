/**
 * What comes back from the SQL function, row by row: the verdict and what the answer reads off the rows. Core makes the answer of them.
 */
import { accountAnswerOf, answerOf } from "@tallystick/core/machine"
import type {
  AccountAnswer,
  AccountRef,
  AskedFacts,
  Command,
  EntryRow,
  LegFacts,
  LegState,
  Outcome,
  StoredLimit,
  Verdict
} from "@tallystick/core/machine"
import { NotAppliedError } from "@tallystick/core/store"

type EntryTuple = readonly [
  command: EntryRow["command"],
  held: number,
  measured: number | null,
  deadlineMs: number,
  expiryCost: number,
  period: number,
  debited: number,
  unbilled: number,
  late: boolean
]

type LegTuple = readonly [
  timeMs: number,
  unit: string | null,
  storedLimit: number | null,
  open: boolean,
  used: number,
  reserved: number,
  period: number,
  startMs: number | null,
  endMs: number | null,
  revision: number,
  changedMs: number,
  state: LegState,
  entry: EntryTuple | null,
  holdsLive: boolean,
  firstDeadlineMs: number | null
]

type Row = readonly [
  nowMs: number,
  tag: Verdict["tag"],
  reason: string | null,
  replayed: boolean,
  corruptLeg: number | null,
  asked: ReadonlyArray<readonly [leg: number, amount: number, whole: number]> | null,
  legs: ReadonlyArray<LegTuple> | null
]

export const decodeOutcome = (command: Command, text: string): Outcome => {
  const row: Row = JSON.parse(text)
  return answerOf(command, verdictOf(row), (row[6] ?? []).map(factsOf), row[0])
}

export const decodeUsage = (accounts: ReadonlyArray<AccountRef>, text: string): ReadonlyArray<AccountAnswer> => {
  const [nowMs, tag, , , , , legs]: Row = JSON.parse(text)
  if (tag === "NotApplied")
    throw new NotAppliedError("clock: the store's clock lies outside the calendar windows that the call carries")
  return accounts.map((account, index) => accountAnswerOf(account, factsOf(legs![index]!), nowMs))
}

const verdictOf = ([, tag, reason, replayed, corruptLeg, asked]: Row): Verdict => {
  const denial = (): { reason: never; asked: ReadonlyArray<AskedFacts> } => ({
    reason: reason as never,
    asked: (asked ?? []).map(([leg, amount, whole]) => ({ leg, amount, whole }))
  })
  switch (tag) {
    case "Granted":
    case "Charged":
    case "Finalized":
    case "Released":
    case "Adjusted":
      return { tag, replayed }
    case "Found":
    case "Unknown":
    case "Ended":
    case "Undecidable":
      return { tag }
    case "NotApplied":
      return { tag, reason: "clock" }
    case "Conflict":
      return { tag, reason: reason as never }
    case "Corrupt":
      return { tag, leg: corruptLeg! }
    case "Denied":
      return { tag, ...denial() }
    case "Extended":
      return { tag, replayed, denial: reason === null ? undefined : denial() }
  }
}

const factsOf = (tuple: LegTuple): LegFacts => {
  const [timeMs, unit, stored, open, used, reserved, period, startMs, endMs, revision, changedMs, state, entry] = tuple
  return {
    timeMs,
    account: {
      unit,
      storedLimit: storedLimitOf(stored),
      open,
      used,
      reserved,
      period,
      startMs,
      endMs,
      revision,
      changedMs
    },
    state,
    entry: entry === null ? undefined : entryOf(entry),
    holdsLive: tuple[13],
    firstDeadlineMs: tuple[14]
  }
}

const storedLimitOf = (stored: number | null): StoredLimit =>
  stored === null ? "none" : stored < 0 ? "unlimited" : stored

const entryOf = (tuple: EntryTuple): LegFacts["entry"] => {
  const [command, held, measured, deadlineMs, expiryCost, period, debited, unbilled, late] = tuple
  return { command, held, measured, deadlineMs, expiryCost, period, debited, unbilled, late }
}
