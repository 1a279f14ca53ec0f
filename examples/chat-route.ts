/**
 * A chat route with the Vercel AI SDK: `node examples/chat-route.ts`
 */
import { memoryStore } from "@tallystick/adapter-memory"
import { metered, streamed } from "@tallystick/ai-sdk"
import { createQuota, denialResponse, type Limit } from "@tallystick/core"
import { streamText } from "ai"
import { convertArrayToReadableStream, MockLanguageModelV4 } from "ai/test"

const quota = createQuota({ store: memoryStore() }) // or redisStore({ url }), postgresStore({ pool })
const daily: Limit = { account: "user:ada", unit: "tokens", limit: 2_500, window: "day" }

/** Stands for `openai("gpt-5")`: the SDK's own mock. */
const model = new MockLanguageModelV4({
  doStream: async () => ({
    stream: convertArrayToReadableStream([
      { type: "text-start" as const, id: "1" },
      { type: "text-delta" as const, id: "1", delta: "Because it scatters." },
      { type: "text-end" as const, id: "1" },
      {
        type: "finish" as const,
        finishReason: { unified: "stop" as const, raw: undefined },
        usage: {
          inputTokens: { total: 100, noCache: 100, cacheRead: 0, cacheWrite: 0 },
          outputTokens: { total: 800, text: 800, reasoning: 0 }
        }
      }
    ])
  })
})

/** `export const POST = chat` in Next.js, or `app.post("/chat", (context) => chat(context.req.raw))` in Hono. */
const chat = async (request: Request): Promise<Response> => {
  const prompt = await request.text()
  const turn = await quota.open({ limits: [daily], estimate: { tokens: 1_200 }, signal: request.signal })
  if (!turn.granted) return denialResponse(turn)
  // The answer's end is the turn's: read, cancelled or broken. A client that is gone aborts `request.signal`.
  const result = streamText({ model: metered(model, turn), prompt, maxOutputTokens: 1_000, abortSignal: turn.signal })
  return streamed(turn, result.toTextStreamResponse())
}

for (let attempt = 0; attempt < 3; attempt++) {
  const response = await chat(new Request("http://localhost/chat", { method: "POST", body: "Why is the sky blue?" }))
  // "user:ada: 1200 tokens asked, 700 of 2500 left, resets in 9 h"
  const said = response.ok ? await response.text() : ((await response.json()) as { detail: string }).detail
  console.log(response.status, said.replace(/\d+ \w+$/, "a while"))
}
const [usage] = await quota.usage([daily])
console.log(`used ${usage?.used}, reserved ${usage?.reserved}`)
await quota.close()
