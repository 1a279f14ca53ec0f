/**
 * What the script says, read in the order in which it says it (`sayVerdict`, `sayLeg`); core makes the answers of it.
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
  StoredLimit,
  Verdict
} from "@tallystick/core/machine"
import { CorruptError, NotAppliedError } from "@tallystick/core/store"

/** A reply, read from front to back. */
export class Reply {
  readonly #values: ReadonlyArray<unknown>
  #at = 0

  constructor(values: unknown) {
    if (!Array.isArray(values)) throw new CorruptError(`the script's reply is no list: ${String(values)}`)
    this.#values = values
  }

  get isRead(): boolean {
    return this.#at >= this.#values.length
  }

  number(): number {
    return Number(this.#values[this.#at++])
  }

  text(): string {
    const value = this.textOrNull()
    if (value === null)
      throw new CorruptError("the script's reply is shorter than it should be: is it of another version?")
    return value
  }

  /** null for what is not there. */
  numberOrNull(): number | null {
    const value = this.#values[this.#at++]
    return value === null || value === undefined ? null : Number(value)
  }

  textOrNull(): string | null {
    const value = this.#values[this.#at++]
    return typeof value === "string" || typeof value === "number" ? String(value) : null
  }
}

export const readOutcomes = (reply: Reply, commands: ReadonlyArray<Command>): ReadonlyArray<Outcome> => {
  const nowMs = reply.number()
  return commands.map((command) => {
    const verdict = readVerdict(reply)
    return answerOf(command, verdict, readLegs(reply), nowMs)
  })
}

/** @throws NotAppliedError if the server's clock lies outside the calendar windows of an account */
export const readUsage = (reply: Reply, accounts: ReadonlyArray<AccountRef>): ReadonlyArray<AccountAnswer> => {
  const nowMs = reply.number()
  const { tag, leg } = readHead(reply)
  if (tag === "NotApplied") throw outsideOfWindows()
  if (tag === "Corrupt")
    throw new CorruptError(`the sums of ${accounts[leg - 1]?.account ?? "an account"} contradict its entries`)
  const facts = readLegs(reply)
  return accounts.map((account, at) => accountAnswerOf(account, facts[at]!, nowMs))
}

export const outsideOfWindows = (): NotAppliedError =>
  new NotAppliedError("clock: the store's clock lies outside the calendar windows that the call carries")

/** What all verdicts begin with. */
const readHead = (reply: Reply) => ({
  tag: reply.text(),
  reason: reply.textOrNull(),
  leg: reply.numberOrNull() ?? 0,
  replayed: reply.numberOrNull() !== null,
  asked: Array.from({ length: reply.number() }, (): AskedFacts => ({
    leg: reply.number() - 1,
    amount: reply.number(),
    whole: reply.number()
  }))
})

const readVerdict = (reply: Reply): Verdict => {
  const { tag, reason, leg, replayed, asked } = readHead(reply)
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
      return { tag, reason: reason as ConflictReason }
    case "Corrupt":
      return { tag, leg: leg - 1 }
    case "Denied":
      return { tag, reason: reason as RefusalReason, asked }
    case "Extended":
      return { tag, replayed, denial: reason === null ? undefined : { reason: reason as RefusalReason, asked } }
    default:
      throw new CorruptError(`the script said ${tag}: is it of another version?`)
  }
}

const readLegs = (reply: Reply): ReadonlyArray<LegFacts> =>
  Array.from({ length: reply.number() }, (): LegFacts => {
    const timeMs = reply.number()
    const state = reply.text() as LegState
    const holdsLive = reply.numberOrNull() !== null
    const firstDeadlineMs = reply.numberOrNull()
    return { timeMs, state, holdsLive, firstDeadlineMs, account: readAccount(reply), entry: readEntry(reply) }
  })

const readAccount = (reply: Reply): AccountFacts | undefined => {
  const isThere = reply.numberOrNull() !== null
  const facts: AccountFacts = {
    unit: reply.textOrNull(),
    storedLimit: storedLimitOf(reply.text()),
    open: reply.text() === "1",
    used: reply.number(),
    reserved: reply.number(),
    period: reply.number(),
    startMs: reply.numberOrNull(),
    endMs: reply.numberOrNull(),
    revision: reply.number(),
    changedMs: reply.number()
  }
  return isThere ? facts : undefined
}

const storedLimitOf = (text: string): StoredLimit => (text === "none" || text === "unlimited" ? text : Number(text))

const readEntry = (reply: Reply): EntryFacts | undefined => {
  const command = reply.textOrNull()
  if (command === null) return undefined
  return {
    command: command as EntryFacts["command"],
    held: reply.number(),
    measured: reply.numberOrNull(),
    deadlineMs: reply.number(),
    expiryCost: reply.number(),
    period: reply.number(),
    debited: reply.number(),
    unbilled: reply.number(),
    late: reply.numberOrNull() !== null
  }
}
