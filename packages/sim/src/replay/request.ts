/**
 * One row of a trace as a request to the front: who asks, which limits it must fit into, what is held for it, how long it
 * takes, and what it has used in the end.
 */
import type { Amounts, Limit } from "@tallystick/core"

import { costOf } from "./price.ts"
import type { ReplaySettings } from "./settings.ts"
import type { TraceRow } from "./trace.ts"

export interface Request {
  readonly requestId: string
  readonly limits: ReadonlyArray<Limit>
  /** The prompt, and the longest answer that it is estimated at. */
  readonly estimate: Amounts
  /** What the prompt alone has used: what the heartbeat can tell while the model answers. */
  readonly promptUse: Amounts
  readonly actual: Amounts
  /** Until the first token of the answer. */
  readonly promptMs: number
  /** Until the last. */
  readonly durationMs: number
}

const HOUR_MS = 3_600_000

/** Speeds of a large model on shared hardware: what makes a call of a thousand tokens fifty seconds. */
const LATENCY_MS = 200
const PROMPT_TOKENS_PER_MS = 5
const MS_PER_OUTPUT_TOKEN = 50

export const requestOf = (row: TraceRow, index: number, user: number, settings: ReplaySettings): Request => {
  const { promptTokens, outputTokens } = row
  const amounts = (output: number): Amounts => ({
    tokens: promptTokens + output,
    microusd: costOf(settings.price, promptTokens, output)
  })
  const promptMs = LATENCY_MS + Math.ceil(promptTokens / PROMPT_TOKENS_PER_MS)
  return {
    requestId: `row-${index + 1}`,
    limits: limitsOf(user, settings),
    estimate: amounts(settings.outputCap),
    promptUse: amounts(0),
    actual: amounts(outputTokens),
    promptMs,
    durationMs: promptMs + outputTokens * MS_PER_OUTPUT_TOKEN
  }
}

const limitsOf = (user: number, settings: ReplaySettings): ReadonlyArray<Limit> => [
  { account: `user:${user}`, unit: "tokens", limit: settings.tokensPerHour, window: { fixedMs: HOUR_MS } },
  { account: `credit:${user}`, unit: "microusd", limit: settings.creditMicrousd },
  { account: `streams:${user}`, unit: "streams", limit: settings.streams }
]
