/**
 * OpenAI: chat completions and responses, and what speaks like them.
 */
import { at, countAt, type ReportedUsage, unknownUsage, type UsageReader, withTotal } from "./reported-usage.ts"

/**
 * The usage of a whole answer of the chat completions or the responses API. Input includes what was cached.
 *
 * @example
 * openaiUsage({ usage: { prompt_tokens: 10, completion_tokens: 5 } }).total // => 15
 */
export const openaiUsage = (body: unknown): ReportedUsage => {
  const usage = at(body, "usage")
  if (typeof usage !== "object" || usage === null) return unknownUsage
  const inputDetails = at(usage, "prompt_tokens_details") ?? at(usage, "input_tokens_details")
  const outputDetails = at(usage, "completion_tokens_details") ?? at(usage, "output_tokens_details")
  const toolCalls = toolCallsOf(at(body, "output"))
  return withTotal({
    ...(toolCalls === undefined ? {} : { toolCalls }),
    input: countAt(usage, "prompt_tokens") ?? countAt(usage, "input_tokens"),
    output: countAt(usage, "completion_tokens") ?? countAt(usage, "output_tokens"),
    cacheRead: countAt(inputDetails, "cached_tokens"),
    cacheWrite: countAt(inputDetails, "cache_write_tokens"),
    reasoning: countAt(outputDetails, "reasoning_tokens")
  })
}

/** What the responses API bills by the call stands in its output, not in its usage. */
const billedCalls: Readonly<Record<string, string>> = { web_search_call: "web_search", file_search_call: "file_search" }

const toolCallsOf = (output: unknown): ReportedUsage["toolCalls"] => {
  if (!Array.isArray(output)) return undefined
  const calls: Record<string, number> = {}
  for (const item of output) {
    const type = at(item, "type")
    const tool = typeof type === "string" && Object.hasOwn(billedCalls, type) ? billedCalls[type]! : undefined
    if (tool !== undefined) calls[tool] = (calls[tool] ?? 0) + 1
  }
  return Object.keys(calls).length === 0 ? undefined : calls
}

/**
 * One parsed chunk of a stream of either API. Chat completions say it in the last chunk, which has no choices, and
 * only with `stream_options: { include_usage: true }`; every other has `usage: null`. Responses say it when they end
 * (`response.completed`, `.incomplete`, `.failed`). A stream that was cut says nothing.
 *
 * @example
 * let usage = unknownUsage
 * for await (const chunk of stream) usage = openaiEvent(usage, chunk)
 */
export const openaiEvent: UsageReader = (known, event) => {
  const said = openaiUsage(at(event, "response") ?? event)
  return said === unknownUsage ? known : said
}
