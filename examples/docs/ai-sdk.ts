/**
 * The snippets of docs/ai-sdk.md.
 */
import { memoryStore } from "@tallystick/adapter-memory"
import { metered, streamed } from "@tallystick/ai-sdk"
import { createQuota, denialResponse, type Limit } from "@tallystick/core"
import { generateText, streamText } from "ai"

import { model } from "./model.ts"

const quota = createQuota({ store: memoryStore() })
const daily: Limit = { account: "user:ada", unit: "tokens", limit: 50_000, window: "day" }

const answer = async (prompt: string, signal: AbortSignal): Promise<string> => {
  // #region guard
  const { text } = await quota.guard({ limits: [daily], estimate: { tokens: 4_000 }, signal }, (turn) =>
    generateText({ model: metered(model, turn), prompt })
  )
  // #endregion
  return text
}

const route = async (request: Request): Promise<Response> => {
  const prompt = await request.text()
  // #region stream
  const turn = await quota.open({ limits: [daily], estimate: { tokens: 4_000 }, signal: request.signal })
  if (!turn.granted) return denialResponse(turn)
  const result = streamText({ model: metered(model, turn), prompt, abortSignal: turn.signal })
  return streamed(turn, result.toTextStreamResponse())
  // #endregion
}

console.log(await answer("Why is the sky blue?", new AbortController().signal))
const response = await route(new Request("http://localhost", { method: "POST", body: "Why?" }))
console.log(response.status, await response.text())
const [usage] = await quota.usage([daily])
console.log(`used ${usage?.used}, reserved ${usage?.reserved}`)
await quota.close()
