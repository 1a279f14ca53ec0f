/**
 * Random programs with what the Book answers, recorded once and replayed on every broken script.
 */
import { readAccounts } from "@tallystick/core/machine"
import type { AccountAnswer, AccountRef, Command, Outcome, Settings } from "@tallystick/core/machine"
import { Book } from "@tallystick/sim/oracle"
import * as fc from "fast-check"

import { commandOf, pool, settingsArbitrary, stepsArbitrary, windowAt } from "../../core/test/machine/random.ts"
import type { Step } from "../../core/test/machine/random.ts"
import { encode } from "../src/encode.ts"
import type { Encoded, Question } from "../src/encode.ts"
import { tagOf } from "../src/keys.ts"
import type { Terms } from "./audit-expiry.ts"
import { crowdedCommand, crowdedRefs, crowdedSteps } from "./crowded.ts"

/**
 * `caller`: the caller's clock, anyhow; `kept`: the store's, anyhow, and no key goes; `collected`: the store's, only forwards, and every key goes when
 * it expires, which no answer may show.
 */
export type Mode = "caller" | "kept" | "collected"
const modes: ReadonlyArray<Mode> = ["caller", "collected", "kept"]

export interface Call {
  readonly terms: Terms
  readonly commands: ReadonlyArray<Command>
  readonly refs: ReadonlyArray<AccountRef>
  readonly execute: Encoded
  readonly usage: Encoded
  readonly answers: ReadonlyArray<Outcome>
  readonly sums: ReadonlyArray<AccountAnswer> | null
}

export interface Program {
  readonly name: string
  readonly mode: Mode
  readonly calls: ReadonlyArray<Call>
}

/** Far in the future, so that no key expires while a test runs. */
const START_MS = 4_000_000_000_000
/** A day and an hour in small, so that programs of a few minutes reach them. */
const SMALL = { maxTtlMs: 60_000, collectAfterMs: 5_000 }

interface Timed {
  readonly nowMs: number
  readonly commands: ReadonlyArray<Command>
  readonly refs: ReadonlyArray<AccountRef>
}

/** So many, of which every fourth one is crowded. */
export const programsOf = (seed: number, count: number): ReadonlyArray<Program> => {
  const wide = fc.sample(fc.tuple(settingsArbitrary, stepsArbitrary(40)), { seed, numRuns: count })
  const crowded = fc.sample(fc.tuple(settingsArbitrary, crowdedSteps), { seed, numRuns: Math.ceil(count / 4) })
  return wide.map(([settings, steps], at) => {
    const mode = modes[at % modes.length]!
    if (at % 4 === 3) {
      const [settings, steps] = crowded[(at - 3) / 4]!
      return programOf(`crowded program ${at} (${mode})`, mode, settings, crowdedTimes(steps))
    }
    return programOf(`program ${at} (${mode})`, mode, settings, timesOf(steps, mode))
  })
}

const programOf = (name: string, mode: Mode, settings: Settings, timed: ReadonlyArray<Timed>): Program => {
  const book = new Book(settings)
  const keepsForever = mode === "caller"
  const calls = timed.map(({ nowMs, commands, refs }): Call => {
    const encoded = (questions: ReadonlyArray<Question>): Encoded => {
      const { keys, args } = encode(tagOf("p:", ""), questions, { settings, nowMs, keepsForever })
      const call = JSON.parse(args[0]) as { settings: object }
      return { keys, args: [JSON.stringify({ ...call, settings: { ...call.settings, ...SMALL } })] }
    }
    return {
      terms: {
        nowMs,
        keepsForever,
        collects: mode === "collected",
        settings: { ...settings, ...SMALL, gridMs: 1_000 }
      },
      commands,
      refs,
      execute: encoded(commands),
      usage: encoded([{ kind: "usage", legs: refs }]),
      answers: book.execute(commands, nowMs),
      sums: book.usage(refs, nowMs)
    }
  })
  return { name, mode, calls }
}

const crowdedTimes = (steps: typeof crowdedSteps extends fc.Arbitrary<infer A> ? A : never): ReadonlyArray<Timed> => {
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

const timesOf = (steps: ReadonlyArray<Step>, mode: Mode): ReadonlyArray<Timed> => {
  let nowMs = START_MS
  return steps.map((step) => {
    nowMs = Math.max(3_000_000_000_000, nowMs + (mode === "collected" ? forwards(step.jumpMs) : step.jumpMs))
    const refs = pool.map(({ account, window, limit }) => ({ account, window: windowAt(window, nowMs), limit }))
    return {
      nowMs,
      commands: step.commands.map((drawn) => commandOf(drawn, nowMs + step.skewMs)),
      refs: readAccounts(refs)
    }
  })
}

/** The hour and the ten years come down to what lies around the smaller day and hour. */
const forwards = (jumpMs: number): number => {
  const wide = Math.abs(jumpMs)
  return wide > 3_600_000 ? 400_000 : wide === 3_600_000 ? 100_000 : wide
}
