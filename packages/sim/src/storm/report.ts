/**
 * From all that happened in a storm to its report.
 */
import type { StormFailure, StormReport } from "../report/storm-model.ts"
import type { Call } from "./check/history.ts"
import { judge } from "./judge.ts"
import type { StormRecord } from "./run/storm.ts"

export type StormTerms = Pick<StormReport, "store" | "seed" | "seconds" | "processes" | "fibers">

/** Judges it, and says what it found. `onSet` is told of each set of accounts before it is judged. */
export const reportOf = async (
  record: StormRecord,
  terms: StormTerms,
  onSet?: (done: number, of: number) => Promise<void>
): Promise<StormReport> => {
  const { calls, audits, faults, problems } = record
  const judgement = await judge(calls, onSet)
  const errors = calls.flatMap(({ reply }) => (reply.kind === "failed" ? [reply.error] : []))
  const failures: ReadonlyArray<StormFailure> = [
    ...judgement.failures,
    ...audits.flatMap((audit) => audit.problems.map((problem) => ({ kind: "audit" as const, ...problem }))),
    ...[...new Set(errors)].map((error) => runFailure(`a call failed with ${error}`)),
    ...problems.map(runFailure)
  ]
  return {
    command: "storm",
    ok: failures.length === 0,
    ...terms,
    store: withoutPassword(terms.store),
    commands: calls.reduce((sum, { question }) => sum + (question.kind === "usage" ? 1 : question.commands.length), 0),
    unanswered: judgement.unknown,
    notApplied: calls.filter(({ reply }) => reply.kind === "nothing").length,
    sets: judgement.sets,
    auditChecks: audits.reduce((sum, { checks }) => sum + checks, 0),
    faults,
    answers: answersOf(calls),
    failures: lostFirst(failures),
    kept: null
  }
}

/** What begins with an invariant belongs to it; the rest is about answers that did not come. */
const runFailure = (text: string): StormFailure => {
  const found = /^(I8|I10): (.*)$/s.exec(text)
  return found === null
    ? { kind: "run", invariant: "I10", because: text }
    : { kind: "run", invariant: found[1] as "I8" | "I10", because: found[2]! }
}

/** What was lost explains the rest. */
const lostFirst = (failures: ReadonlyArray<StormFailure>): ReadonlyArray<StormFailure> => [
  ...failures.filter(({ kind }) => kind === "lost"),
  ...failures.filter(({ kind }) => kind !== "lost")
]

const answersOf = (calls: ReadonlyArray<Call>): Readonly<Record<string, number>> => {
  const answers: Record<string, number> = {}
  const count = (name: string): void => {
    answers[name] = (answers[name] ?? 0) + 1
  }
  for (const { reply } of calls) {
    if (reply.kind === "accounts") count("usage")
    if (reply.kind === "outcomes")
      for (const { _tag, replayed } of reply.outcomes)
        count(replayed ? "repeat" : _tag[0]!.toLowerCase() + _tag.slice(1))
  }
  return answers
}

export const withoutPassword = (store: string): string => store.replace(/^(\w+:\/\/[^:@/]*):[^@/]*@/, "$1:***@")
