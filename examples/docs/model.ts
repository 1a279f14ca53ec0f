/**
 * Stands for a model: the AI SDK's own mock, and the answer of a provider's API.
 */
import { convertArrayToReadableStream, MockLanguageModelV4 } from "ai/test"

const usage = {
  inputTokens: { total: 100, noCache: 100, cacheRead: 0, cacheWrite: 0 },
  outputTokens: { total: 800, text: 800, reasoning: 0 }
}
const finishReason = { unified: "stop" as const, raw: undefined }
const text = "Because it scatters."

export const model = new MockLanguageModelV4({
  modelId: "gpt-5",
  doGenerate: async () => ({ content: [{ type: "text" as const, text }], usage, finishReason, warnings: [] }),
  doStream: async () => ({
    stream: convertArrayToReadableStream([
      { type: "text-start" as const, id: "1" },
      { type: "text-delta" as const, id: "1", delta: text },
      { type: "text-end" as const, id: "1" },
      { type: "finish" as const, usage, finishReason }
    ])
  })
})

/** What OpenAI's chat completions answer. */
export const callModel = async (_prompt: string) => ({
  choices: [{ message: { role: "assistant", content: text } }],
  usage: { prompt_tokens: 100, completion_tokens: 800 }
})
