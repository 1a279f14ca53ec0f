/**
 * What a provider reported, in one shape. Readers are pure functions over parsed JSON and know no SDK.
 */
import type { TokenUsage } from "../pricing/cost.ts"

/** Token counts of a call. `undefined`: nobody said, which is not 0. */
export interface ReportedUsage {
  /** All input tokens, those of the cache included, as `costMicros` counts. */
  readonly input: number | undefined
  /** All output tokens, reasoning included. */
  readonly output: number | undefined
  /** Of the input: read from a cache. */
  readonly cacheRead: number | undefined
  /** Of the input: written to a cache. */
  readonly cacheWrite: number | undefined
  /** Of the output: reasoning. */
  readonly reasoning: number | undefined
  /** Calls of tools that the provider bills each, by name; only those that were made. */
  readonly toolCalls?: Readonly<Record<string, number>> | undefined
  /** Input and output; `undefined` if one of them is. */
  readonly total: number | undefined
}

/** Nobody said anything. */
export const unknownUsage: ReportedUsage = {
  input: undefined,
  output: undefined,
  cacheRead: undefined,
  cacheWrite: undefined,
  reasoning: undefined,
  total: undefined
}

/** A reader of a stream's events: each is folded into what is known so far. */
export type UsageReader = (known: ReportedUsage, event: unknown) => ReportedUsage

/**
 * Reads all events of a stream that has ended, broken or been cut.
 *
 * @example
 * readUsage(anthropicEvent, events).input // known even if the stream broke: it stands in `message_start`
 */
export const readUsage = (reader: UsageReader, events: Iterable<unknown>): ReportedUsage => {
  let known = unknownUsage
  for (const event of events) known = reader(known, event)
  return known
}

/**
 * A report as `costMicros` takes it; `undefined` while input or output is unknown: settle by a bound then, not by 0.
 *
 * @example
 * const usage = tokenUsage(openaiUsage(body))
 * if (usage !== undefined) call.used({ microusd: costMicros(usage, rates) })
 */
export const tokenUsage = (usage: ReportedUsage): TokenUsage | undefined => {
  if (usage.input === undefined || usage.output === undefined) return undefined
  return {
    inputTokens: usage.input,
    outputTokens: usage.output,
    cachedInputTokens: usage.cacheRead,
    cacheWriteTokens: usage.cacheWrite,
    toolCalls: usage.toolCalls
  }
}

/** A field of a value that may be anything. */
export const at = (value: unknown, name: string): unknown =>
  typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>)[name] : undefined

/** A count, or `undefined` for whatever is none. */
export const countAt = (value: unknown, name: string): number | undefined => {
  const count = at(value, name)
  return typeof count === "number" && Number.isSafeInteger(count) && count >= 0 ? count : undefined
}

/** With its total. */
export const withTotal = (usage: Omit<ReportedUsage, "total">): ReportedUsage => ({
  ...usage,
  total: usage.input === undefined || usage.output === undefined ? undefined : usage.input + usage.output
})
