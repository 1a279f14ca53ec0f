/**
 * Random programs with what the Book answers: some wide, every fourth one crowded.
 */
import { readAccounts } from "@tallystick/core/machine"
import type { AccountAnswer, AccountRef, Command, Outcome, Settings } from "@tallystick/core/machine"
import * as fc from "fast-check"

import { commandOf, pool, settingsArbitrary, stepsArbitrary, windowAt } from "../../core/test/machine/random.ts"
import type { Step } from "../../core/test/machine/random.ts"
import { Book } from "../src/oracle/book.ts"
import { crowdedCommand, crowdedRefs, crowdedSteps } from "./crowded.ts"
import type { CrowdedStep } from "./crowded.ts"
import { stories, storySettings } from "./stories.ts"

export interface Call {
  readonly nowMs: number
  readonly commands: ReadonlyArray<Command>
  readonly refs: ReadonlyArray<AccountRef>
  readonly answers: ReadonlyArray<Outcome>
  /** Of `refs`, after it; null: the clock lies outside of a calendar. */
  readonly sums: ReadonlyArray<AccountAnswer> | null
  /** The same at its time, before it: what has passed is not settled yet. */
  readonly before: ReadonlyArray<AccountAnswer> | null
}

export interface Program<Mode extends string> {
  readonly name: string
  readonly mode: Mode
  readonly settings: Settings
  readonly calls: ReadonlyArray<Call>
}

/** Far in the future, so that nothing expires by a server's clock while a test runs. */
const START_MS = 4_000_000_000_000

/** So many; the modes take turns. `forwards` says what becomes of a jump in a mode whose clock only goes forwards. */
export const programsOf = <Mode extends string>(
  seed: number,
  count: number,
  modes: ReadonlyArray<Mode>,
  forwards: (mode: Mode, jumpMs: number) => number | undefined
): ReadonlyArray<Program<Mode>> => {
  const wide = fc.sample(fc.tuple(settingsArbitrary, stepsArbitrary(40)), { seed, numRuns: count })
  const crowded = fc.sample(fc.tuple(settingsArbitrary, crowdedSteps), { seed, numRuns: Math.ceil(count / 4) })
  return wide.map(([settings, steps], at) => {
    const mode = modes[at % modes.length]!
    if (at % 4 === 3) {
      const [settings, steps] = crowded[(at - 3) / 4]!
      return { name: `crowded program ${at} (${mode})`, mode, settings, calls: answered(settings, crowdedTimes(steps)) }
    }
    const timed = timesOf(steps, (jumpMs) => forwards(mode, jumpMs) ?? jumpMs)
    return { name: `program ${at} (${mode})`, mode, settings, calls: answered(settings, timed) }
  })
}

/** The stories, which begin at the same time. */
export const storiesAs = <Mode extends string>(mode: Mode): ReadonlyArray<Program<Mode>> =>
  stories.map(({ calls, name }) => ({
    name,
    mode,
    settings: storySettings,
    calls: answered(
      storySettings,
      calls.map((call) => ({ ...call, refs: refsOf(call.commands) }))
    )
  }))

/** The accounts of these commands, each once. */
const refsOf = (commands: ReadonlyArray<Command>): ReadonlyArray<AccountRef> => {
  const refs = new Map(
    commands.flatMap(({ legs }) =>
      legs.map(({ account, limit, window }) => [JSON.stringify([account, window]), { account, limit, window }] as const)
    )
  )
  return readAccounts([...refs.values()])
}

type Timed = Pick<Call, "nowMs" | "commands" | "refs">

const answered = (settings: Settings, timed: ReadonlyArray<Timed>): ReadonlyArray<Call> => {
  const book = new Book(settings)
  return timed.map((call) => ({
    ...call,
    before: book.usage(call.refs, call.nowMs),
    answers: book.execute(call.commands, call.nowMs),
    sums: book.usage(call.refs, call.nowMs)
  }))
}

const crowdedTimes = (steps: ReadonlyArray<CrowdedStep>): ReadonlyArray<Timed> => {
  let nowMs = START_MS
  return steps.map(({ jumpMs, skewMs, commands }) => {
    nowMs += jumpMs
    const callerMs = nowMs + skewMs
    return {
      nowMs,
      commands: commands.map((drawn) => crowdedCommand(drawn, callerMs)),
      refs: readAccounts(crowdedRefs(nowMs))
    }
  })
}

const timesOf = (steps: ReadonlyArray<Step>, moved: (jumpMs: number) => number): ReadonlyArray<Timed> => {
  let nowMs = START_MS
  return steps.map((step) => {
    nowMs = Math.max(3_000_000_000_000, nowMs + moved(step.jumpMs))
    const refs = pool.map(({ account, window, limit }) => ({ account, window: windowAt(window, nowMs), limit }))
    return {
      nowMs,
      commands: step.commands.map((drawn) => commandOf(drawn, nowMs + step.skewMs)),
      refs: readAccounts(refs)
    }
  })
}
