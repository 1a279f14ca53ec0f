/**
 * Random programs with what the Book answers, as texts that run on every broken function.
 */
import { NotAppliedError } from "@tallystick/core/store"

import { programsOf as programsIn, storiesAs } from "../../sim/break/programs.ts"
import type { Call, Program as AnyProgram } from "../../sim/break/programs.ts"
import { brief, isSame } from "../../sim/break/same.ts"
import type { Lane, Rows } from "./lane.ts"
import { readBy, sentBy } from "./port.ts"

/** `anyhow`: the clock goes as it likes; `swept`: only forwards, with a sweep after each call, which no answer may show. */
type Mode = "anyhow" | "swept"

export interface Program extends AnyProgram<Mode> {
  readonly text: string
}

/** What the sound SQL says, so that the same rows need not be read again: of each statement its rows as text. */
export type Recording = ReadonlyArray<string>

/** So many random programs come first: they find most. */
const FIRST = 4

/** Some programs, then the stories, then the rest. */
export const programsOf = (seed: number, count: number): Promise<ReadonlyArray<Program>> => {
  const random = programsIn<Mode>(seed, count, ["anyhow", "anyhow", "swept"], (mode, jumpMs) =>
    mode === "swept" ? Math.abs(jumpMs) : undefined
  )
  const programs = [...random.slice(0, FIRST), ...storiesAs<Mode>("anyhow"), ...random.slice(FIRST)]
  return Promise.all(programs.map(async (program) => ({ ...program, text: await textOf(program) })))
}

/** Of each call: the numbers before it, the commands, the numbers after them, what the audit finds, and a sweep. */
const STATEMENTS = 5

const textOf = async ({ calls, mode, settings }: AnyProgram<Mode>): Promise<string> => {
  const texts: Array<string> = []
  for (const { commands, nowMs, refs } of calls) {
    const usage = await sentBy(settings, nowMs, (store) => store.usage(refs))
    texts.push(usage, await sentBy(settings, nowMs, (store) => store.execute(commands)), usage)
    texts.push(mode === "swept" ? "SELECT WHERE false" : "EXECUTE audit")
    texts.push(mode === "swept" ? await sentBy(settings, nowMs, (store) => store.sweep(1_000)) : "SELECT")
  }
  return texts.join(";")
}

export interface Played {
  /** The first thing that is wrong; undefined: nothing. */
  readonly fault: string | undefined
  readonly recording: Recording
}

export const play = async (lane: Lane, program: Program, recorded?: Recording): Promise<Played> => {
  const results = await lane.play(program.text)
  const recording = results.map((rows) => JSON.stringify(rows))
  for (const [at, call] of program.calls.entries()) {
    const first = STATEMENTS * at
    if ([0, 1, 2, 3].every((offset) => recorded?.[first + offset] === recording[first + offset])) continue
    const fault = await faultIn(program, call, results.slice(first, first + STATEMENTS))
    if (fault !== undefined) return { fault: `${program.name}, call ${at}: ${fault}`, recording }
  }
  return { fault: undefined, recording }
}

const faultIn = async (
  { settings }: Program,
  { answers, before, commands, nowMs, refs, sums }: Call,
  [usedBefore, executed, used, audited]: ReadonlyArray<Rows>
): Promise<string | undefined> => {
  const sumsIn = (rows: Rows) =>
    readBy(settings, nowMs, rows, (store) => store.usage(refs)).catch((error: unknown) => {
      if (error instanceof NotAppliedError) return null
      throw error
    })
  const pairs = [
    [await sumsIn(usedBefore!), before],
    [await readBy(settings, nowMs, executed!, (store) => store.execute(commands)), answers],
    [await sumsIn(used!), sums]
  ]
  for (const [told, expected] of pairs)
    if (!isSame(told, expected)) return `${brief(told)} instead of ${brief(expected)}`
  return audited?.[0] === undefined ? undefined : brief(audited[0])
}
