/**
 * A call that fits in a function: `node examples/guard.ts`
 */
import { memoryStore } from "@tallystick/adapter-memory"
import { createQuota, type Limit, QuotaDenied } from "@tallystick/core"

const quota = createQuota({ store: memoryStore() }) // or redisStore({ url }), postgresStore({ pool })
const daily: Limit = { account: "user:ada", unit: "tokens", limit: 10_000, window: "day" }

/** Stands for a call to a model. */
const model = async (prompt: string, _options: { readonly signal: AbortSignal }) => ({
  text: `${prompt}? Yes.`,
  usage: { total: 3_500 }
})

const ask = async (prompt: string, signal?: AbortSignal): Promise<string> =>
  quota.guard({ limits: [daily], estimate: { tokens: 4_000 }, signal }, async (call) => {
    const reply = await model(prompt, { signal: call.signal })
    call.used({ tokens: reply.usage.total })
    return reply.text
  })

for (const prompt of ["Is it so", "Is it still so", "Is it so at last"]) {
  try {
    console.log(await ask(prompt))
  } catch (error) {
    if (!(error instanceof QuotaDenied)) throw error
    // "user:ada: 4000 tokens asked, 3000 of 10000 left, resets in 9 h"
    console.log(error.message.replace(/\d+ \w+$/, "a while"))
  }
}

const [usage] = await quota.usage([daily])
console.log(`used ${usage?.used}, reserved ${usage?.reserved}, ${usage?.status}`)
await quota.close()
