/**
 * One named thing that every store must do. It knows nothing of a test runner, so that a test can ask which checks see a planted bug.
 */
import type { Outcome } from "@tallystick/core/machine"

import { Trial } from "./trial.ts"
import type { Terms } from "./trial.ts"
import type { Subject } from "./subject.ts"
import { expectText, tell } from "./tell.ts"

export interface Check {
  readonly group: string
  readonly name: string
  /** Rejects if the store does otherwise; with `Skipped` if it says that it cannot do it. */
  readonly run: (subject: Subject) => Promise<void>
}

/** A check over fresh accounts, with the terms of those that are not plain (limit 100, unit "u", no window). */
export const check = (
  group: string,
  name: string,
  body: (trial: Trial) => Promise<unknown>,
  terms: Readonly<Record<string, Terms>> = {}
): Check => ({
  group,
  name,
  run: async (subject) => {
    await body(new Trial(subject, terms))
  }
})

/** What brings an account into a state, and one command with its answer, worked out by hand, in a line. */
export type Row = readonly [state: string, act: (trial: Trial) => Promise<Outcome>, answer: string]

export const rows = (
  group: string,
  states: Readonly<Record<string, (trial: Trial) => Promise<unknown>>>,
  list: ReadonlyArray<Row>,
  terms: Readonly<Record<string, Terms>> = {}
): ReadonlyArray<Check> =>
  list.map(([state, act, answer]) =>
    check(
      group,
      `${state}: ${answer}`,
      async (trial) => {
        await states[state]?.(trial)
        expectText(tell(await act(trial)), answer)
      },
      terms
    )
  )
