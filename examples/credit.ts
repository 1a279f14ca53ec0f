/**
 * Prepaid credit in micro-dollars, priced by a table: `node examples/credit.ts`
 */
import { memoryStore } from "@tallystick/adapter-memory"
import { costMicros, createQuota, estimateMicros, type Limit, staticPrices, usdPerMillion } from "@tallystick/core"

const prices = staticPrices({
  "gpt-5": { inputMicrosPerMillion: usdPerMillion(1.25), outputMicrosPerMillion: usdPerMillion(10) }
})
const quota = createQuota({ store: memoryStore(), observer: { overage: (event) => console.log("overage", event) } })

// The limit is stored, not in code: it is what was paid.
const credit: Limit = { account: "user:bo", unit: "microusd" }
await quota.setLimit({ account: credit.account, unit: credit.unit, limit: 0 })
for (const paymentId of ["pi_1", "pi_1"]) {
  const { account, replayed } = await quota.addCredit({ ...credit, amount: 50_000, paymentId })
  console.log(`credit ${account.limit}${replayed ? ", the same payment" : ""}`)
}

const prompt = [{ role: "user", content: "Why is the sky blue?" }]
const estimate = estimateMicros({ catalog: prices, model: "gpt-5", prompt, maxOutputTokens: 1_000 })
console.log(`at most ${estimate.micros} micro-dollars`)

await quota.guard({ limits: [credit], estimate: { microusd: estimate.micros } }, async (call) => {
  // A model's report.
  const usage = { inputTokens: 13, outputTokens: 420 }
  const rates = prices.quote({ model: "gpt-5" })?.rates
  if (rates !== undefined) call.used({ microusd: costMicros(usage, rates) })
})

const [account] = await quota.usage([credit])
console.log(`used ${account?.used} of ${account?.limit}`)
await quota.close()
