/**
 * The snippets of the README, word for word (`test/readme.test.ts` compares them): `node examples/readme.ts`
 */
// #region create
import { memoryStore } from "@tallystick/adapter-memory"
import { createQuota, type Limit } from "@tallystick/core"

const quota = createQuota({ store: memoryStore() })
const daily: Limit = { account: "user:ada", unit: "tokens", limit: 50_000, window: "day" }
// #endregion

/** Stands for a call to a model. */
const model = async (_prompt: string) => ({ text: "Because it scatters.", usage: { total: 3_100 } })

const answerOf = async (requestId: string, prompt: string, signal: AbortSignal): Promise<string> => {
  // #region guard
  const answer = await quota.guard(
    { requestId, limits: [daily], estimate: { tokens: 4_000 }, signal },
    async (call) => {
      const reply = await model(prompt)
      call.used({ tokens: reply.usage.total })
      return reply
    }
  )
  // #endregion
  return answer.text
}

const route = async (requestId: string, prompt: string, signal: AbortSignal): Promise<Response> => {
  // #region open
  const turn = await quota.open({ requestId, limits: [daily], estimate: { tokens: 4_000 }, signal })
  if (!turn.granted) return new Response(turn.message, { status: 429 }) // "... 312 of 50000 left, resets in 3 h"
  const reply = await model(prompt)
  turn.used({ tokens: reply.usage.total }) // after each model call; a process that dies is charged what it had used
  const grown = await turn.grow({ tokens: 4_000 }) // before each further one: growth can be denied, too
  await turn.finalize() // or release(); ends once, whoever comes first
  // #endregion
  return new Response(`${reply.text} ${grown.granted}`)
}

const { signal } = new AbortController()
console.log(await answerOf("request-1", "Why is the sky blue?", signal))
console.log(await (await route("request-2", "Why is the sky blue?", signal)).text())
const [usage] = await quota.usage([daily])
console.log(`used ${usage?.used}, reserved ${usage?.reserved}`)
await quota.close()
