/**
 * What a run of the simulator has to say: the same data for the terminal, `--json` and the page of lanes.
 */
import type { AccountAnswer } from "@tallystick/core/machine"

export type FaultKind = "delayed" | "reordered" | "duplicated" | "lost" | "crashed" | "timeJumps"

/** `LIN`: the part of I4 that speaks of all answers together, by a search of its own. */
export type InvariantId = `I${1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9 | 10 | 11 | 12 | 13 | 14}` | "LIN"

/** Commands and reads of a history that is searched for an order, at most. */
export const MOST_OPERATIONS = 40

export interface InvariantCount {
  readonly id: InvariantId
  /** How often it was asked where it could have failed. */
  readonly checks: number
  readonly violations: number
}

/** One line of the timeline: a command sent, a fault, a jump of time, an ending. */
export interface Step {
  readonly atMs: number
  /** Who: a client ("c1"), the "network", the "store" or the "clock". */
  readonly lane: string
  readonly kind: "send" | "deliver" | "fault" | "jump" | "ending" | "read"
  /** One line, to be read: `c1 reserve r1: 5 of a, 3 of b for 10 s`. */
  readonly text: string
  /** What the store answered, if it did: `granted`, `denied: a has 2 of 10 left`. */
  readonly answer: string | null
  /** The numbers of the accounts that it touched, after the step. */
  readonly accounts: ReadonlyArray<AccountAnswer>
  /** The first step where an invariant broke says which and why. */
  readonly violation: { readonly invariant: InvariantId; readonly because: string } | null
}

export interface Failure {
  readonly invariant: InvariantId
  /** A sentence that says what should have been, what was, and why. */
  readonly because: string
  readonly seed: number
  readonly tape: ReadonlyArray<number>
  readonly steps: ReadonlyArray<Step>
  /** The command that replays exactly this. */
  readonly replay: string
}

export interface ExploreReport {
  readonly command: "explore"
  readonly ok: boolean
  readonly store: string
  readonly seed: number
  readonly runs: number
  /** Requests that a store executed, in runs where two clients met on an account. */
  readonly messages: number
  /** Distinct sequences of (client, command, fault) as the store saw them. */
  readonly interleavings: number
  readonly faults: Readonly<Record<FaultKind, number>>
  readonly answers: Readonly<Record<string, number>>
  readonly invariants: ReadonlyArray<InvariantCount>
  /** Histories that were searched for an order (LIN): of every run in which calls overlapped inside the store or that went to a server, and of some others. */
  readonly histories: { readonly judged: number; readonly tooLong: number; readonly mostOperations: number }
  readonly failure: Failure | null
}

export interface ReplayReport {
  readonly command: "replay"
  readonly ok: boolean
  readonly store: string
  readonly requests: number
  readonly granted: number
  readonly denied: number
  readonly late: number
  readonly accounts: number
  readonly used: Readonly<Record<string, number>>
  readonly overage: Readonly<Record<string, number>>
  readonly peakReserved: Readonly<Record<string, number>>
  readonly invariants: ReadonlyArray<InvariantCount>
}

/** What every invariant says, in words that a person reads beside the counts. */
export const invariantTexts: Readonly<Record<InvariantId, string>> = {
  I1: "nothing is admitted above the limit",
  I2: "reserved is the sum of the live holds",
  I3: "used is opening + debits + corrections - resets",
  I4: "an id ends once; answers do not contradict each other",
  I5: "all legs or none, at every instant",
  I6: "a repeat changes nothing",
  I7: "nothing is negative, fractional or inexact",
  I8: "when all is over nothing is held, and admission is exact",
  I9: "the same answers as the Book, to the last field",
  I10: "every call ends by its deadline",
  I11: "an account rolls once for each end of a window",
  I12: "an id debits at most one actual",
  I13: "nothing is admitted while closed",
  I14: "answers do not depend on who looked",
  LIN: `all answers fit one order (of up to ${MOST_OPERATIONS}, by search)`
}
