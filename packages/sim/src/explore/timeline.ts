/**
 * The timeline of one run: a line for each command sent, fault, jump of time and ending. Only kept when somebody wants to read it.
 */
import type { AccountAnswer, Outcome } from "@tallystick/core/machine"

import type { Violation } from "../oracle/checks.ts"
import { answerWords, commandWords, timeWords } from "../oracle/words.ts"
import type { Step } from "../report/model.ts"
import type { Message } from "../workload/client.ts"
import type { Fault } from "../workload/swarm.ts"

type Line = { -readonly [Key in keyof Step]: Step[Key] }

export class Timeline {
  readonly lines: Array<Line> = []
  readonly #startMs: number

  constructor(startMs: number) {
    this.#startMs = startMs
  }

  add(nowMs: number, lane: string, kind: Step["kind"], text: string): void {
    this.lines.push({ atMs: nowMs - this.#startMs, lane, kind, text, answer: null, accounts: [], violation: null })
  }

  /** The answer to what the last line did. */
  answered(outcomes: ReadonlyArray<Outcome>): void {
    const line = this.lines.at(-1)
    if (line === undefined) return
    const words = outcomes.map(answerWords).join("; ")
    line.answer = line.answer === null ? words : `${line.answer}; ${words}`
  }

  /** The accounts after the last line. */
  saw(accounts: ReadonlyArray<AccountAnswer>): void {
    const line = this.lines.at(-1)
    if (line !== undefined) line.accounts = accounts
  }

  broke({ invariant, because }: Violation): void {
    const line = this.lines.at(-1)
    if (line !== undefined) line.violation = { invariant, because }
  }
}

const faultWords: Readonly<Record<Fault, string>> = {
  none: "",
  delayed: " (delayed)",
  lost: " (lost)",
  duplicated: " (and a copy of it is on its way)",
  replyLost: " (the answer is lost)",
  replyDelayed: " (the answer is delayed)",
  crash: " (then it crashes)",
  slow: " (stops inside the store)"
}

export const messageWords = ({ lane, commands, fault }: Message): string =>
  `${lane} ${commands.map(commandWords).join("; ")}${faultWords[fault]}`

export const jumpWords = (byMs: number): string =>
  byMs < 0 ? `the clock steps back ${timeWords(-byMs)}` : `${timeWords(byMs)} pass`
