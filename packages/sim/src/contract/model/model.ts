/**
 * Model equivalence: random programs, every answer and every number against the Book.
 */
import * as fc from "fast-check"

import type { Check } from "../check.ts"
import { Broken } from "../differ.ts"
import { windowAt } from "../leg.ts"
import type { ReadOptions } from "../options.ts"
import { START_MS } from "../subject.ts"
import type { Subject } from "../subject.ts"
import { Trial } from "../trial.ts"
import { pool } from "./draw.ts"
import { firstFailure } from "./first-failure.ts"
import { callsOf, programs } from "./program.ts"
import type { Call, Program } from "./program.ts"
import { programLines } from "./words.ts"

const setUp = (
  subject: Subject
): { readonly trial: Trial; readonly calls: (program: Program) => ReadonlyArray<Call> } => {
  const trial = new Trial(subject, {})
  return {
    trial,
    calls: (program) =>
      callsOf(program, {
        startMs: trial.nowMs,
        settings: subject.options.settings,
        idOf: (name) => trial.id(name),
        stands: subject.ownsItsClock
      })
  }
}

/** Plays a program over fresh accounts; rejects at the first call whose answers, or the numbers after it, are not the Book's. */
const play = async (subject: Subject, program: Program): Promise<void> => {
  const { trial, calls } = setUp(subject)
  // A store with a clock of its own says what time it is; calendar windows are sent around it.
  if (subject.ownsItsClock) await trial.usage("a")
  try {
    await compare(trial, calls(program))
  } catch (error) {
    throw new Broken(plainly(reasonOf(error), trial))
  }
}

const compare = async (trial: Trial, calls: ReadonlyArray<Call>): Promise<void> => {
  const { subject } = trial
  for (const { nowMs, commands } of calls) {
    if (!subject.ownsItsClock) trial.at(nowMs - START_MS)
    await trial.execute(commands)
    await trial.read(
      pool.map(({ name, window, limit }) => ({ account: trial.id(name), window: windowAt(window, trial.nowMs), limit }))
    )
  }
}

/** Without the names of this run, which are of no use to a reader and differ in every process. */
const plainly = (text: string, trial: Trial): string => text.replaceAll(trial.id(""), "")

const programText = (subject: Subject, program: Program): string => {
  const { trial, calls } = setUp(subject)
  return plainly(programLines(calls(program), trial.nowMs).join("\n"), trial)
}

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

export const modelCheck = ({ programs: count, programsAtOnce: atOnce, seed, path, settings }: ReadOptions): Check => ({
  group: "model equivalence",
  name: `${count} random programs: every answer and every number is the Book's (seed ${seed})`,
  run: async (subject) => {
    const property = fc.asyncProperty(programs(settings), (program) => play(subject, program))
    const isAhead = path === undefined && atOnce > 1
    const first = isAhead
      ? await firstFailure(programs(settings), (program) => play(subject, program), { atOnce, count, seed })
      : undefined
    if (isAhead && first === undefined) return
    // Once more, alone, to be made shorter.
    const from = first === undefined ? path : String(first.number)
    const found = await fc.check(property, { numRuns: count, seed, ...(from === undefined ? {} : { path: from }) })
    if (!found.failed && first === undefined) return
    const [program] = found.counterexample ?? []
    throw new Broken(
      [
        `program ${(first?.number ?? 0) + found.numRuns} of ${count} is not answered as the Book says; after ${found.numShrinks} steps of shrinking:`,
        program === undefined ? "alone it is: it failed beside others" : programText(subject, program),
        reasonOf(found.failed ? found.errorInstance : first?.reason),
        "this program again:",
        `TALLYSTICK_SEED=${seed} TALLYSTICK_CONTRACT_PATH=${found.counterexamplePath ?? from ?? ""}`
      ].join("\n")
    )
  }
})
