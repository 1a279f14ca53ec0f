/**
 * Random programs with what the Book answers, recorded once and replayed on every broken script.
 */
import { programsOf as programsIn } from "../../sim/break/programs.ts"
import type { Call as AnyCall, Program as AnyProgram } from "../../sim/break/programs.ts"
import { encode } from "../src/encode.ts"
import type { Encoded, Question } from "../src/encode.ts"
import { tagOf } from "../src/keys.ts"
import type { Terms } from "./audit-expiry.ts"

/**
 * `caller`: the caller's clock, anyhow; `kept`: the store's, anyhow, and no key goes; `collected`: the store's, only forwards, and every key goes when
 * it expires, which no answer may show.
 */
export type Mode = "caller" | "kept" | "collected"
const modes: ReadonlyArray<Mode> = ["caller", "collected", "kept"]

export interface Call extends AnyCall {
  readonly terms: Terms
  readonly execute: Encoded
  readonly usage: Encoded
}

export interface Program extends AnyProgram<Mode> {
  readonly calls: ReadonlyArray<Call>
}

/** A day and an hour in small, so that programs of a few minutes reach them. */
const SMALL = { maxTtlMs: 60_000, collectAfterMs: 5_000 }

export const programsOf = (seed: number, count: number): ReadonlyArray<Program> =>
  programsIn(seed, count, modes, (mode, jumpMs) => (mode === "collected" ? forwards(jumpMs) : undefined)).map(
    (program) => ({ ...program, calls: program.calls.map((call) => encoded(program, call)) })
  )

const encoded = ({ mode, settings }: AnyProgram<Mode>, call: AnyCall): Call => {
  const { nowMs } = call
  const keepsForever = mode === "caller"
  const encodedOf = (questions: ReadonlyArray<Question>): Encoded => {
    const { keys, args } = encode(tagOf("p:", ""), questions, { settings, nowMs, keepsForever })
    const list = JSON.parse(args[0]) as ReadonlyArray<unknown>
    return { keys, args: [JSON.stringify(list.with(4, SMALL.maxTtlMs).with(5, SMALL.collectAfterMs))] }
  }
  return {
    ...call,
    terms: { nowMs, keepsForever, collects: mode === "collected", settings: { ...settings, ...SMALL, gridMs: 1_000 } },
    execute: encodedOf(call.commands),
    usage: encodedOf([{ kind: "usage", legs: call.refs }])
  }
}

/** The hour and the ten years come down to what lies around the smaller day and hour. */
const forwards = (jumpMs: number): number => {
  const wide = Math.abs(jumpMs)
  return wide > 3_600_000 ? 400_000 : wide === 3_600_000 ? 100_000 : wide
}
