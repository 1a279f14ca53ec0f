/**
 * The quick start of the README and of docs/quick-start.md, with a store in memory.
 */
// #region memory
import { memoryStore } from "@tallystick/adapter-memory"
import { metered, streamed } from "@tallystick/ai-sdk"
import { createQuota, denialResponse, type Limit, utf8Bytes } from "@tallystick/core"
import { streamText } from "ai"

const quota = createQuota({ store: memoryStore() })

export const chat = async (request: Request, user: string): Promise<Response> => {
  const daily: Limit = { account: `user:${user}`, unit: "tokens", limit: 5_000, window: "day" }
  const prompt = await request.text()
  // The prompt is at most as many tokens as it has bytes; 1,000 for the answer, 200 for what stands around them.
  const estimate = { tokens: utf8Bytes(prompt) + 1_200 }
  const turn = await quota.open({ limits: [daily], estimate, signal: request.signal })
  if (!turn.granted) return denialResponse(turn)
  const result = streamText({ model: metered(model, turn), prompt, maxOutputTokens: 1_000, abortSignal: turn.signal })
  return streamed(turn, result.toTextStreamResponse())
}
// #endregion
import { model } from "./model.ts"

const ask = async () => {
  const response = await chat(new Request("http://localhost", { method: "POST", body: "Why is the sky blue?" }), "ada")
  return `${response.status} ${(await response.text()).slice(0, 60)}`
}
for (let call = 0; call < 6; call++) console.log(await ask())
await quota.close()
