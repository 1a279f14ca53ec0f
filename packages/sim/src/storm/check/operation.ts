/**
 * One command or one read of a call: what takes effect at one instant.
 */
import type { AccountAnswer, AccountRef, Command, Outcome } from "@tallystick/core/machine"

import { textOf } from "../../oracle/plain.ts"
import type { Call } from "./history.ts"

export interface Operation {
  readonly call: Call
  /** undefined: a read. */
  readonly command: Command | undefined
  readonly accounts: ReadonlyArray<AccountRef>
  /** Of the accounts, in their order. */
  readonly keys: ReadonlyArray<string>
  /** undefined: a read, or nobody knows whether it happened. */
  readonly outcome: Outcome | undefined
  /** What the answer says of the accounts; undefined: nobody knows whether it happened. */
  readonly answers: ReadonlyArray<AccountAnswer> | undefined
  readonly sentNs: number
  /** Infinity: it may happen at any time from when it was sent. */
  readonly answeredNs: number
  /** The command before it in its call, which comes first. */
  readonly before: Operation | undefined
}

/** The name of an account: the same id with two windows is two accounts. */
export const keyOf = ({ account, window }: AccountRef): string => `${textOf(window)} ${account}`

/** Answers that say nothing of their accounts: the store has found rows that contradict each other, or is not one. */
export const untold = ({ question, reply }: Call): ReadonlyArray<Outcome> =>
  question.kind === "usage" || reply.kind !== "outcomes"
    ? []
    : reply.outcomes.filter(
        ({ _tag, accounts }, index) =>
          _tag !== "NotApplied" && accounts.length !== question.commands[index]?.legs.length
      )

/** Nothing of a call that did not happen; a read that nobody heard of says nothing, too. */
export const operationsOf = (call: Call): ReadonlyArray<Operation> => {
  const { question, reply } = call
  if (reply.kind === "nothing") return []
  const isKnown = reply.kind !== "unknown" && reply.kind !== "failed"
  const common = { call, sentNs: call.sentNs, answeredNs: isKnown ? call.answeredNs : Infinity }
  if (question.kind === "usage") {
    if (reply.kind !== "accounts") return []
    const { accounts } = question
    const keys = accounts.map(keyOf)
    return [
      { ...common, command: undefined, accounts, keys, outcome: undefined, answers: reply.accounts, before: undefined }
    ]
  }
  const operations: Array<Operation> = []
  for (const [index, command] of question.commands.entries()) {
    const outcome = reply.kind === "outcomes" ? reply.outcomes[index] : undefined
    // Nothing happened: outside of its windows, or the store's memory is full.
    if (outcome?._tag === "NotApplied") continue
    const before = operations.at(-1)
    const accounts = command.legs
    const isTold = outcome !== undefined && outcome.accounts.length === accounts.length
    operations.push({
      ...common,
      answeredNs: isTold ? common.answeredNs : Infinity,
      command,
      accounts,
      keys: accounts.map(keyOf),
      outcome: isTold ? outcome : undefined,
      answers: isTold ? outcome.accounts : undefined,
      before
    })
  }
  return operations
}

/** By how much it surely raised the revision of each of its accounts. */
export const ownRise = ({ outcome }: Operation): 0 | 1 =>
  outcome !== undefined && outcome.granted && !outcome.replayed && begins.includes(outcome._tag) ? 1 : 0

/** All legs or none. */
const begins: ReadonlyArray<Outcome["_tag"]> = ["Granted", "Charged", "Adjusted"]

/** The latest that an answer shows of its accounts. */
export const timeIn = ({ answers }: Operation): number => Math.max(...answers!.map(({ timeMs }) => timeMs))

export const touches = (keys: ReadonlyArray<string>, operation: Operation): boolean =>
  operation.keys.some((key) => keys.includes(key))
