/**
 * Anthropic's messages API.
 */
import { at, countAt, type ReportedUsage, unknownUsage, type UsageReader, withTotal } from "./reported-usage.ts"

/**
 * The usage of a whole message. Its `input_tokens` leaves out what was cached: that is added here.
 *
 * @example
 * anthropicUsage({ usage: { input_tokens: 10, cache_read_input_tokens: 90, output_tokens: 5 } }).input // => 100
 */
export const anthropicUsage = (message: unknown): ReportedUsage => read(unknownUsage, at(message, "usage"))

/**
 * One parsed event of a stream. `message_start` says the input; `message_delta` is cumulative, so that the last one
 * counts and none is added. The output of `message_start` is only its first tokens and is not taken: a stream that
 * breaks before its first `message_delta` has an unknown output.
 *
 * @example
 * let usage = unknownUsage
 * for await (const event of stream) usage = anthropicEvent(usage, event)
 */
export const anthropicEvent: UsageReader = (known, event) => {
  const type = at(event, "type")
  if (type === "message_delta") return read(known, at(event, "usage"))
  if (type !== "message_start") return known
  const { output: _, ...started } = read(known, at(at(event, "message"), "usage"))
  return withTotal({ ...started, output: known.output })
}

/** What is not said stays as it was. */
const read = (known: ReportedUsage, usage: unknown): ReportedUsage => {
  const cacheRead = countAt(usage, "cache_read_input_tokens") ?? known.cacheRead
  const cacheWrite = countAt(usage, "cache_creation_input_tokens") ?? known.cacheWrite
  const knownPlain =
    known.input === undefined ? undefined : known.input - (known.cacheRead ?? 0) - (known.cacheWrite ?? 0)
  const plain = countAt(usage, "input_tokens") ?? knownPlain
  const toolCalls = toolCallsOf(at(usage, "server_tool_use")) ?? known.toolCalls
  return withTotal({
    ...(toolCalls === undefined ? {} : { toolCalls }),
    input: plain === undefined ? undefined : plain + (cacheRead ?? 0) + (cacheWrite ?? 0),
    output: countAt(usage, "output_tokens") ?? known.output,
    cacheRead,
    cacheWrite,
    reasoning: countAt(at(usage, "output_tokens_details"), "thinking_tokens") ?? known.reasoning
  })
}

/** `{ web_search_requests: 2 }`: by the tools' names, `web_search`. Cumulative, as all of a message's usage. */
const toolCallsOf = (serverToolUse: unknown): ReportedUsage["toolCalls"] => {
  if (typeof serverToolUse !== "object" || serverToolUse === null) return undefined
  const calls = Object.keys(serverToolUse).flatMap((name): ReadonlyArray<readonly [string, number]> => {
    const count = countAt(serverToolUse, name) ?? 0
    return count > 0 ? [[name.replace(/_requests$/, ""), count]] : []
  })
  return calls.length === 0 ? undefined : Object.fromEntries(calls)
}
