/**
 * A trace of the shape of the real one, for when there is no file. The real one (one hour of a conversation service) has
 * 5.5 rows a second that come in bursts, prompts with a median of 1,020 tokens and a tenth above 2,700, answers with a median
 * of 129 and a second hump near 400, where an answer fills its page.
 */
import { Random } from "./random.ts"
import type { Trace, TraceRow } from "./trace.ts"

/** 2026-01-05 09:52:00 UTC: eight minutes before a full hour, so that hourly windows roll within a trace of a few thousand rows. */
const START_MS = 1_767_606_720_000

const ROWS_PER_SECOND = 5.5

/** Rates swing by this much either way, over the length of a burst. */
const SWING = 0.8
const BURST_MS = 40_000

/** Log-normal: the median, and the deviation of the logarithm. */
const prompts = { median: 850, deviation: 0.85, max: 14_000 }
const shortAnswers = { median: 95, deviation: 0.75, max: 1_000 }
const longAnswers = { median: 420, deviation: 0.12, max: 1_000 }
const SHARE_OF_LONG_ANSWERS = 0.33

export const makeTrace = (rows: number, seed: number): Trace => {
  const random = new Random(seed, 1)
  const made: Array<TraceRow> = []
  let elapsedMs = 0
  while (made.length < rows) {
    const perSecond = ROWS_PER_SECOND * (1 + SWING * Math.sin((2 * Math.PI * elapsedMs) / BURST_MS))
    elapsedMs += (-Math.log(random.positive()) * 1_000) / perSecond
    const atMs = START_MS + Math.floor(elapsedMs)
    const answers = random.fraction() < SHARE_OF_LONG_ANSWERS ? longAnswers : shortAnswers
    made.push({ atMs, promptTokens: logNormal(prompts, random), outputTokens: logNormal(answers, random) })
  }
  return { name: `a made trace of ${rows} rows (seed ${seed})`, rows: made, skipped: [] }
}

interface Shape {
  readonly median: number
  readonly deviation: number
  readonly max: number
}

const logNormal = ({ median, deviation, max }: Shape, random: Random): number =>
  Math.min(max, Math.max(1, Math.round(median * Math.exp(deviation * random.normal()))))
