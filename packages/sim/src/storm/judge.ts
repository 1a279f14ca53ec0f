/**
 * The judgement of a storm: each set of accounts by the Book.
 */
import { answerWords } from "../oracle/words.ts"
import type { InvariantId } from "../report/model.ts"
import { checkByRevisions } from "./check/by-revisions.ts"
import { componentsOf } from "./check/components.ts"
import { explain } from "./check/explain.ts"
import type { Call } from "./check/history.ts"
import { operationsOf, untold } from "./check/operation.ts"

export interface Failure {
  readonly invariant: InvariantId
  readonly kind: "lost" | "wrong" | "undecided"
  readonly because: string
}

export interface Judgement {
  /** Commands and reads that were answered, or may have happened. */
  readonly operations: number
  /** Of which nobody got an answer to. */
  readonly unknown: number
  /** Sets of accounts, each judged by itself. */
  readonly sets: number
  readonly failures: ReadonlyArray<Failure>
}

/**
 * A set whose server was killed with two dozen calls under way can need 40,000 tries instead of some hundred: some seconds. So a few sets are given that
 * time; where many need it, something is broken, and they will not be the better for it.
 */
const MOST_HARD = 12
const LAST_BUDGET = 150_000

/** Between two sets, so that whoever waits sees something move. */
type Pause = (done: number, of: number) => Promise<void>

export const judge = async (calls: ReadonlyArray<Call>, pause: Pause = async () => {}): Promise<Judgement> => {
  const operations = calls.flatMap(operationsOf)
  const components = componentsOf(operations)
  const startNs = Math.min(...operations.slice(0, 1_000).map(({ sentNs }) => sentNs))
  let patience = MOST_HARD
  const failures: Array<Failure> = calls.flatMap(untold).map((outcome) => ({
    invariant: "I7",
    kind: "wrong",
    because: `${outcome.command} ${outcome.id} was answered ${answerWords(outcome)}: ${JSON.stringify(outcome)}`
  }))
  for (const [index, component] of components.entries()) {
    await pause(index, components.length)
    let verdict = checkByRevisions(component.operations)
    if (verdict.kind === "linearizable") continue
    if (verdict.kind === "undecided" && patience-- > 0 && !explain(component, verdict.deadEnd, startNs).isLost)
      verdict = checkByRevisions(component.operations, {}, LAST_BUDGET)
    if (verdict.kind === "linearizable") continue
    const { invariant, isLost, because } = explain(component, verdict.deadEnd, startNs)
    if (verdict.kind === "undecided" && !isLost)
      failures.push({
        invariant: "I4",
        kind: "undecided",
        because: `too many orders to try all of them; the longest ends where ${because}`
      })
    else failures.push({ invariant, kind: isLost ? "lost" : "wrong", because })
  }
  const unknown = operations.filter(({ answers }) => answers === undefined).length
  return { operations: operations.length, unknown, sets: components.length, failures }
}
