/**
 * When the clients are gone: what is there is read, from outside and through the store; then the deadlines pass, and nothing may be held any more.
 */
import type { Command } from "@tallystick/core/machine"
import type { QuotaStore } from "@tallystick/core/store"
import { setTimeout as sleep } from "node:timers/promises"

import type { Call, Question, Reply } from "../check/history.ts"
import type { Audit, Place } from "../places/place.ts"
import { refsOf } from "../work/groups.ts"
import { ask } from "./crew.ts"
import { monotonicNs } from "./monotonic.ts"

export interface Aftermath {
  /** What was asked, to be judged with the rest. */
  readonly calls: ReadonlyArray<Call>
  readonly audits: ReadonlyArray<Audit>
  readonly problems: ReadonlyArray<string>
}

/** The longest ttl of a storm is 3 s, rounded up to the next whole second. */
const ALL_DEADLINES_MS = 4_000
/** A server that was just started, or is working off what dead clients sent. */
const PATIENCE_MS = 10_000

export const lookAfter = async (place: Place, before: ReadonlyArray<Call>): Promise<Aftermath> => {
  const calls: Array<Call> = []
  const problems: Array<string> = []
  const groups = [...new Set(before.flatMap(groupsOf))].toSorted((left, right) => left - right)
  const look = async (question: Question): Promise<Reply> => {
    const tries = await asked(place.store, question)
    calls.push(...tries)
    const { reply } = tries.at(-1)!
    if (!isAnswer(reply)) problems.push(`a read without any fault was not answered: ${JSON.stringify(reply)}`)
    return reply
  }
  const audits: Array<Audit> = []
  const audit = async (): Promise<void> => {
    if (place.audit !== undefined) audits.push(await place.audit())
  }
  for (const group of groups) {
    await look({ kind: "usage", accounts: refsOf(group) })
    const unknown = unknownIdsOf(before, group)
    if (unknown.length > 0) await look({ kind: "execute", commands: unknown })
  }
  await audit()
  await sleep(ALL_DEADLINES_MS)
  for (const group of groups) await lookAtEnd(group, look, problems)
  await audit()
  return { calls, audits, problems }
}

/** I8: nothing is held, and exactly what is left is admitted. */
const lookAtEnd = async (
  group: number,
  look: (question: Question) => Promise<Reply>,
  problems: Array<string>
): Promise<void> => {
  const refs = refsOf(group)
  const reply = await look({ kind: "usage", accounts: refs })
  if (reply.kind !== "accounts") return
  for (const { account, reserved } of reply.accounts)
    if (reserved !== 0) problems.push(`I8: ${account} holds ${reserved} after every deadline`)
  const [user] = reply.accounts
  if (user === undefined || !user.open || user.unit === null || user.spendable === null) return
  const probe = (amount: number): Command => ({
    kind: "reserve",
    id: `probe-${amount}`,
    ttlMs: 1_000,
    legs: [{ ...refs[0]!, unit: user.unit!, amount, settle: "actual" }]
  })
  const [more, all] = [user.spendable + 1, user.spendable]
  const commands = all === 0 ? [probe(more)] : [probe(more), probe(all)]
  const answer = await look({ kind: "execute", commands })
  if (answer.kind !== "outcomes") return
  for (const [index, { granted }] of answer.outcomes.entries())
    if (granted !== (index === 1))
      problems.push(
        `I8: ${user.account} has ${all} left, but ${index === 1 ? all : more} was ${granted ? "admitted" : "denied"}`
      )
}

/**
 * Asks until it is answered, since the server may be starting. Who stood still may have been late himself: the last time begins when the patience is at an end.
 */
export const asked = async (store: QuotaStore, question: Question): Promise<ReadonlyArray<Call>> => {
  const until = monotonicNs() + PATIENCE_MS * 1_000_000
  for (const tries: Array<Call> = []; ;) {
    const sentNs = monotonicNs()
    const reply = await ask(store, question)
    tries.push({ who: "last look", sentNs, question, reply, answeredNs: monotonicNs() })
    if (isAnswer(reply) || sentNs > until) return tries
    await sleep(50)
  }
}

const isAnswer = ({ kind }: Reply): boolean => kind === "accounts" || kind === "outcomes"

const groupOf = ({ account }: { readonly account: string }): number => Number(/^g(\d+):/.exec(account)?.[1] ?? 0)

const groupsOf = ({ question }: Call): ReadonlyArray<number> =>
  question.kind === "usage"
    ? question.accounts.map(groupOf)
    : question.commands.flatMap(({ legs }) => legs.map(groupOf))

/** Of each request that nobody got an answer to, what the store knows of it: so it is settled whether it happened. */
const unknownIdsOf = (calls: ReadonlyArray<Call>, group: number): ReadonlyArray<Command> => {
  const lookups = new Map<string, Command>()
  for (const { question, reply } of calls) {
    if (question.kind === "usage" || (reply.kind !== "unknown" && reply.kind !== "failed")) continue
    for (const { kind, id, legs } of question.commands)
      if (kind !== "adjust" && legs.some((leg) => groupOf(leg) === group)) {
        const accounts = legs.map(({ account, window, unit, limit }) => ({ account, window, unit, limit }))
        lookups.set(`${id} ${JSON.stringify(accounts)}`, { kind: "lookup", id, legs: accounts })
      }
  }
  return [...lookups.values()]
}
