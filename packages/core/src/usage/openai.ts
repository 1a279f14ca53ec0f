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
  return withTotal({
    input: countAt(usage, "prompt_tokens") ?? countAt(usage, "input_tokens"),
    output: countAt(usage, "completion_tokens") ?? countAt(usage, "output_tokens"),
    cacheRead: countAt(inputDetails, "cached_tokens"),
    cacheWrite: countAt(inputDetails, "cache_write_tokens"),
    reasoning: countAt(outputDetails, "reasoning_tokens")
  })
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
