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
  Verdict
} from "@tallystick/core/machine"
import { NotAppliedError } from "@tallystick/core/store"

/** -1: null; of the limit, -1: unlimited, -2: none. What follows the state is there unless it is "none". */
type LegTuple = readonly [
  timeMs: number,
  /** The number of the account among those that were sent, whose unit is told once; 0: it has none. */
  unitOf: number,
  storedLimit: number,
  isOpen: number,
  used: number,
  reserved: number,
  period: number,
  startMs: number,
  endMs: number,
  revision: number,
  changedMs: number,
  holdsLive: number,
  firstDeadlineMs: number,
  state: number,
  ...entry: ReadonlyArray<never> | EntryTuple
]

type EntryTuple = readonly [
  command: EntryRow["command"],
  held: number,
  measured: number,
  deadlineMs: number,
  expiryCost: number,
  period: number,
  debited: number,
  unbilled: number,
  isLate: number
]

type Row = readonly [
  tag: Verdict["tag"],
  reason: string | null,
  replayed: boolean,
  corruptLeg: number | null,
  /** Leg, amount and whole of each leg that was refused. */
  asked: ReadonlyArray<number>,
  ...legs: ReadonlyArray<LegTuple>
]

/** The whole answer: the clock, the accounts' units in the order in which they were sent, and a row per command. */
type Answer = readonly [nowMs: number, units: ReadonlyArray<string | null>, ...rows: ReadonlyArray<Row>]

export const decodeOutcomes = (commands: ReadonlyArray<Command>, text: string): ReadonlyArray<Outcome> => {
  const [nowMs, units, ...rows]: Answer = JSON.parse(text)
  return commands.map((command, index) => {
    const row = rows[index]!
    return answerOf(command, verdictOf(row), legsOf(row, units), nowMs)
  })
}

export const decodeUsage = (accounts: ReadonlyArray<AccountRef>, text: string): ReadonlyArray<AccountAnswer> => {
  const [nowMs, units, row]: Answer = JSON.parse(text)
  if (row![0] === "NotApplied")
    throw new NotAppliedError("clock: the store's clock lies outside the calendar windows that the call carries")
  const legs = legsOf(row!, units)
  return accounts.map((account, index) => accountAnswerOf(account, legs[index]!, nowMs))
}

const legsOf = ([, , , , , ...legs]: Row, units: ReadonlyArray<string | null>): ReadonlyArray<LegFacts> =>
  legs.map((leg) => factsOf(leg, units))

const verdictOf = ([tag, reason, replayed, corruptLeg, asked]: Row): Verdict => {
  const denial = (): { reason: never; asked: ReadonlyArray<AskedFacts> } => ({
    reason: reason as never,
    asked: askedOf(asked)
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

const askedOf = (asked: ReadonlyArray<number>): ReadonlyArray<AskedFacts> => {
  const facts: Array<AskedFacts> = []
  for (let at = 0; at < asked.length; at += 3)
    facts.push({ leg: asked[at]!, amount: asked[at + 1]!, whole: asked[at + 2]! })
  return facts
}

const states: Readonly<Record<number, LegState>> = {
  1: "none",
  2: "marked",
  4: "held",
  8: "finalized",
  16: "released",
  32: "expired",
  64: "charged"
}

const factsOf = (tuple: LegTuple, units: ReadonlyArray<string | null>): LegFacts => {
  const [timeMs, unitOf, storedLimit, isOpen, used, reserved, period, startMs, endMs, revision, changedMs] = tuple
  return {
    timeMs,
    account: {
      unit: units[unitOf - 1] ?? null,
      storedLimit: storedLimit === -2 ? "none" : storedLimit === -1 ? "unlimited" : storedLimit,
      open: isOpen === 1,
      used,
      reserved,
      period,
      startMs: orNull(startMs),
      endMs: orNull(endMs),
      revision,
      changedMs
    },
    state: states[tuple[13]]!,
    entry: tuple.length === ACCOUNT_FACTS ? undefined : entryOf(tuple.slice(ACCOUNT_FACTS) as never),
    holdsLive: tuple[11] === 1,
    firstDeadlineMs: orNull(tuple[12])
  }
}

const ACCOUNT_FACTS = 14

const orNull = (number: number): number | null => (number === -1 ? null : number)

const entryOf = (tuple: EntryTuple): LegFacts["entry"] => {
  const [command, held, measured, deadlineMs, expiryCost, period, debited, unbilled, isLate] = tuple
  return {
    command,
    held,
    measured: orNull(measured),
    deadlineMs,
    expiryCost,
    period,
    debited,
    unbilled,
    late: isLate === 1
  }
}
