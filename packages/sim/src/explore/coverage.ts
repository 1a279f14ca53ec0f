/**
 * What happened, over all runs: so that a seed that never saw a late finalize cannot say that late finalizes work.
 */
import type { Outcome } from "@tallystick/core/machine"

import type { FaultKind } from "../report/model.ts"

/** Kinds of answers, and what can be true of one. */
export const answerKinds = [
  "granted",
  "deniedLimit",
  "deniedUnknown",
  "deniedClosed",
  "deniedUnit",
  "deniedOverflow",
  "extended",
  "growthDenied",
  "growthDeniedWindowPassed",
  "finalized",
  "released",
  "charged",
  "adjusted",
  "found",
  "unknown",
  "ended",
  "conflictEnded",
  "conflictLegs",
  "conflictContent",
  "undecidable",
  "notApplied",
  "replayed",
  "late",
  "overage",
  "unbilled",
  "unreserved",
  "windowPassed"
] as const
export type AnswerKind = (typeof answerKinds)[number]

export const faultKinds: ReadonlyArray<FaultKind> = [
  "delayed",
  "reordered",
  "duplicated",
  "lost",
  "crashed",
  "timeJumps"
]

const denied = {
  limit: "deniedLimit",
  unknown: "deniedUnknown",
  closed: "deniedClosed",
  unit: "deniedUnit",
  overflow: "deniedOverflow",
  windowPassed: "growthDeniedWindowPassed"
} as const

const conflicts = { ended: "conflictEnded", legs: "conflictLegs", content: "conflictContent" } as const

const plain = {
  Granted: "granted",
  Extended: "extended",
  Finalized: "finalized",
  Released: "released",
  Charged: "charged",
  Adjusted: "adjusted",
  Found: "found",
  Unknown: "unknown",
  Ended: "ended",
  Undecidable: "undecidable",
  NotApplied: "notApplied"
} as const

const addKinds = (seen: Set<AnswerKind>, outcome: Outcome): void => {
  const { _tag } = outcome
  if (_tag === "Denied") seen.add(denied[outcome.reason])
  else if (_tag === "Conflict") seen.add(conflicts[outcome.reason])
  else if (_tag !== "Corrupt") seen.add(plain[_tag])
  if (_tag === "Extended" && outcome.denial !== null)
    seen.add(outcome.denial.reason === "windowPassed" ? "growthDeniedWindowPassed" : "growthDenied")
  if (outcome.replayed) seen.add("replayed")
  for (const leg of outcome.legs) {
    if (leg.late) seen.add("late")
    if (leg.overage > 0) seen.add("overage")
    if (leg.unbilled > 0) seen.add("unbilled")
    if (leg.unreserved) seen.add("unreserved")
    if (leg.windowPassed) seen.add("windowPassed")
  }
}

/** What one run saw. */
export class RunCoverage {
  readonly answers = new Set<AnswerKind>()
  readonly faults: Record<FaultKind, number> = {
    delayed: 0,
    reordered: 0,
    duplicated: 0,
    lost: 0,
    crashed: 0,
    timeJumps: 0
  }
  readonly histories = { judged: 0, tooLong: 0 }
  /** Requests that the store executed: one for each call, however many commands it carried. */
  messages = 0
  /** Clients that were seen at each account, as bits. */
  readonly #clients: Array<number> = []

  executed(client: number, accounts: ReadonlyArray<number>, outcomes: ReadonlyArray<Outcome>): void {
    this.messages++
    for (const account of accounts) this.#clients[account] = (this.#clients[account] ?? 0) | (1 << (client + 1))
    for (const outcome of outcomes) addKinds(this.answers, outcome)
  }

  /** Two clients met on an account. */
  get isMeeting(): boolean {
    return this.#clients.some((bits) => (bits & (bits - 1)) !== 0)
  }
}

/** The sum over all runs. */
export class Coverage {
  readonly answers = Object.fromEntries(answerKinds.map((kind) => [kind, 0])) as Record<AnswerKind, number>
  readonly faults: Record<FaultKind, number> = {
    delayed: 0,
    reordered: 0,
    duplicated: 0,
    lost: 0,
    crashed: 0,
    timeJumps: 0
  }
  readonly histories = { judged: 0, tooLong: 0 }
  readonly interleavings = new Set<number>()
  messages = 0

  add(run: RunCoverage, hash: number): void {
    for (const kind of run.answers) this.answers[kind]++
    for (const kind of faultKinds) this.faults[kind] += run.faults[kind]
    this.histories.judged += run.histories.judged
    this.histories.tooLong += run.histories.tooLong
    if (!run.isMeeting) return
    this.messages += run.messages
    this.interleavings.add(hash)
  }
}
