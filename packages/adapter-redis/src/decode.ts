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

/** The time, then what is said of each question. */
export type Reply = readonly [nowMs: number, ...answers: ReadonlyArray<Listed>]

/** @throws CorruptError if it is of another version, or of somebody else */
export const replyOf = (value: unknown, questions: number): Reply => {
  let reply: unknown
  try {
    reply = typeof value === "string" ? JSON.parse(value) : undefined
  } catch (error) {
    throw new CorruptError("the script's reply is no list: is it of another version?", { cause: error })
  }
  if (!Array.isArray(reply) || reply.length !== questions + 1)
    throw new CorruptError(`the script's reply is no list of ${questions + 1}: is it of another version?`)
  return reply as unknown as Reply
}

export const readOutcomes = (reply: Reply, commands: ReadonlyArray<Command>): ReadonlyArray<Outcome> => {
  const nowMs = reply[0]
  return commands.map((command, at) => {
    const said = reply[at + 1] as Listed
    return answerOf(command, readVerdict(said), readLegs(said), nowMs)
  })
}

/** @throws NotAppliedError if the server's clock lies outside the calendar windows of an account */
export const readUsage = (reply: Reply, accounts: ReadonlyArray<AccountRef>): ReadonlyArray<AccountAnswer> => {
  const said = reply[1] as Listed
  const [tag, , , leg] = said
  if (tag === "NotApplied") throw outsideOfWindows()
  if (tag === "Corrupt")
    throw new CorruptError(`the sums of ${accounts[Number(leg) - 1]?.account ?? "an account"} contradict its entries`)
  const facts = readLegs(said)
  return accounts.map((account, at) => accountAnswerOf(account, facts[at]!, reply[0]))
}

export const outsideOfWindows = (): NotAppliedError =>
  new NotAppliedError("clock: the store's clock lies outside the calendar windows that the call carries")

/** Before the legs stand tag, reason, replayed, the leg that is corrupt, and the legs that were refused. */
const LEGS_FROM = 5

const readVerdict = (said: Listed): Verdict => {
  const [tag, reason, isReplay, leg, refused] = said as [Verdict["tag"], string, number, number, ReadonlyArray<Listed>]
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
  const [leg, amount, whole] = asked as [number, number, number]
  return { leg: leg - 1, amount, whole }
}

const readLegs = (said: Listed): ReadonlyArray<LegFacts> => {
  const legs: Array<LegFacts> = []
  for (let at = LEGS_FROM; at < said.length; at++) legs.push(readLeg(said[at] as Listed))
  return legs
}

/** What stands in a leg: numbers, the account's unit, the state, and the entry or null. */
const readLeg = (leg: Listed): LegFacts => {
  const number = (at: number): number => leg[at] as number
  const account: AccountFacts = {
    used: number(5),
    reserved: number(6),
    revision: number(7),
    changedMs: number(8),
    period: number(9),
    startMs: orNull(leg[10]),
    endMs: orNull(leg[11]),
    storedLimit: leg[12] === -1 ? "none" : leg[12] === -2 ? "unlimited" : number(12),
    open: leg[13] === 1,
    unit: leg[14] === "" ? null : (leg[14] as string)
  }
  return {
    timeMs: number(0),
    state: leg[1] as LegState,
    holdsLive: leg[2] === 1,
    firstDeadlineMs: orNull(leg[3]),
    account: leg[4] === 1 ? account : undefined,
    entry: leg[15] === null ? undefined : readEntry(leg[15] as Listed)
  }
}

/** An entry as it is kept, by place; those of `ENTRY` in the script. */
const readEntry = (entry: Listed): EntryFacts => ({
  command: entry[1] as EntryFacts["command"],
  held: entry[6] as number,
  measured: orNull(entry[7]),
  deadlineMs: entry[9] as number,
  expiryCost: entry[10] as number,
  period: entry[11] as number,
  debited: entry[14] as number,
  unbilled: entry[17] as number,
  late: entry[18] === 1
})

/** A number that is not there is -1. */
export const orNull = (value: unknown): number | null => (value === -1 ? null : (value as number))
