/**
 * What the script says, read in the order in which it says it (`sayOutcome`, `sayLeg`); core makes the answers of it.
 */
import { accountAnswerOf, answerOf } from "@tallystick/core/machine"
import type {
  AccountAnswer,
  AccountFacts,
  AccountRef,
  AskedFacts,
  Command,
  ConflictReason,
  EntryFacts,
  LegFacts,
  LegState,
  Outcome,
  RefusalReason,
  Verdict
} from "@tallystick/core/machine"
import { CorruptError, NotAppliedError } from "@tallystick/core/store"

/** A list as it stands in JSON. */
type Listed = ReadonlyArray<unknown>

export interface Reply {
  readonly nowMs: number
  /** What is said of each question. */
  readonly answers: ReadonlyArray<Listed>
  /** What legs have in common; each names its place here. */
  readonly facts: ReadonlyArray<Listed>
}

/** @throws CorruptError if it is of another version, or of somebody else */
export const replyOf = (value: unknown, questions: number): Reply => {
  let reply: unknown
  try {
    reply = typeof value === "string" ? JSON.parse(value) : undefined
  } catch (error) {
    throw new CorruptError("the script's reply is no list: is it of another version?", { cause: error })
  }
  if (!Array.isArray(reply) || reply.length !== questions + 2)
    throw new CorruptError(`the script's reply is no list of ${questions + 2}: is it of another version?`)
  return {
    nowMs: reply[0] as number,
    answers: reply.slice(1, -1),
    facts: reply[questions + 1] as ReadonlyArray<Listed>
  }
}

export const readOutcomes = (
  { answers, facts, nowMs }: Reply,
  commands: ReadonlyArray<Command>
): ReadonlyArray<Outcome> =>
  commands.map((command, at) => {
    const said = answers[at]!
    return answerOf(command, readVerdict(said), readLegs(said, facts), nowMs)
  })

/** @throws NotAppliedError if the server's clock lies outside the calendar windows of an account */
export const readUsage = (reply: Reply, accounts: ReadonlyArray<AccountRef>): ReadonlyArray<AccountAnswer> => {
  const said = reply.answers[0]!
  if (said[0] === "NotApplied") throw outsideOfWindows()
  if (said[0] === "Corrupt")
    throw new CorruptError(
      `the sums of ${accounts[Number(said[4]) - 1]?.account ?? "an account"} contradict its entries`
    )
  const legs = readLegs(said, reply.facts)
  return accounts.map((account, at) => accountAnswerOf(account, legs[at]!, reply.nowMs))
}

export const outsideOfWindows = (): NotAppliedError =>
  new NotAppliedError("clock: the store's clock lies outside the calendar windows that the call carries")

/** Before the legs stand the tag and 0, or 1 and then reason, replayed, the leg that is corrupt, and the legs that were refused. */
const legsFrom = (said: Listed): number => (said[1] === 0 ? 2 : 6)

type More = readonly [unknown, unknown, string, number, number, ReadonlyArray<Listed>]

const nothingMore: More = ["", 0, "", 0, 0, []]

const readVerdict = (said: Listed): Verdict => {
  const tag = said[0] as Verdict["tag"]
  const [, , reason, isReplay, leg, refused] = (said[1] === 0 ? nothingMore : said) as More
  switch (tag) {
    case "Granted":
    case "Charged":
    case "Finalized":
    case "Released":
    case "Adjusted":
      return { tag, replayed: isReplay === 1 }
    case "Found":
    case "Unknown":
    case "Ended":
    case "Undecidable":
      return { tag }
    case "NotApplied":
      return { tag, reason: "clock" }
    case "Conflict":
      return { tag, reason: reason as ConflictReason }
    case "Corrupt":
      return { tag, leg: leg - 1 }
    case "Denied":
      return { tag, reason: reason as RefusalReason, asked: refused.map(readAsked) }
    case "Extended": {
      const denial = { reason: reason as RefusalReason, asked: refused.map(readAsked) }
      return { tag, replayed: isReplay === 1, denial: reason === "" ? undefined : denial }
    }
    default:
      throw new CorruptError(`the script said ${String(tag)}: is it of another version?`)
  }
}

const readAsked = (asked: Listed): AskedFacts => {
  const [leg, amount, whole] = asked as [number, number, number, number]
  return { leg: leg - 1, amount, whole }
}

const readLegs = (said: Listed, facts: ReadonlyArray<Listed>): ReadonlyArray<LegFacts> => {
  const legs: Array<LegFacts> = []
  const from = legsFrom(said)
  for (let at = from; at < said.length; at++) {
    const leg = said[at] as Listed
    legs.push(readLeg(leg, facts[leg[0] as number]!, firstDeadlineOf(said, at - from + 1)))
  }
  return legs
}

/** Of a leg that was refused; legs count from 1. */
const firstDeadlineOf = (said: Listed, leg: number): number | null => {
  if (said[1] === 0) return null
  const asked = (said[5] as ReadonlyArray<Listed>).find(([refused]) => refused === leg)
  return asked === undefined ? null : orNull(asked[3])
}

/** What stands in a leg: where its facts are, three numbers of the account, the state, and what there is of the entry. */
const readLeg = (leg: Listed, common: Listed, firstDeadlineMs: number | null): LegFacts => {
  const number = (at: number): number => common[at] as number
  const account: AccountFacts = {
    used: leg[1] as number,
    reserved: leg[2] as number,
    revision: leg[3] as number,
    changedMs: number(3),
    period: number(4),
    startMs: orNull(common[5]),
    endMs: orNull(common[6]),
    storedLimit: common[7] === -1 ? "none" : common[7] === -2 ? "unlimited" : number(7),
    open: common[8] === 1,
    unit: common[9] === "" ? null : (common[9] as string)
  }
  return {
    timeMs: number(0),
    state: leg[4] as LegState,
    holdsLive: common[1] === 1,
    firstDeadlineMs,
    account: common[2] === 1 ? account : undefined,
    entry: readEntry(leg)
  }
}

/** Of an entry, by its state, what an answer reads of it: of one that holds when it ends, of one that has ended how. */
const readEntry = (leg: Listed): EntryFacts | undefined => {
  if (leg.length === 5) return undefined
  const number = (at: number): number => leg[at] as number
  const common = { period: number(5), held: number(6), measured: orNull(leg[7]) }
  if (leg[4] === "held" || leg[4] === "expired") {
    const none = { command: "reserve", debited: 0, unbilled: 0, late: false } as const
    return { ...common, ...none, deadlineMs: number(8), expiryCost: number(9) }
  }
  return {
    ...common,
    deadlineMs: 0,
    expiryCost: 0,
    debited: number(8),
    unbilled: number(9),
    late: leg[10] === 1,
    command: leg[11] as EntryFacts["command"]
  }
}

/** A number that is not there is -1. */
export const orNull = (value: unknown): number | null => (value === -1 ? null : (value as number))
