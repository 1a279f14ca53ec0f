/**
 * The snippets of docs/money.md.
 */
import { memoryStore } from "@tallystick/adapter-memory"
import { createQuota, costMicros, estimateMicros, type Limit, type PriceCatalog } from "@tallystick/core"
import { openaiUsage } from "@tallystick/core/usage"

import { callModel } from "./model.ts"

const quota = createQuota({ store: memoryStore() })
const credit: Limit = { account: "user:ada", unit: "microusd", limit: 5_000_000 }
const rates = { inputMicrosPerMillion: 1_250_000, outputMicrosPerMillion: 10_000_000 }

// #region catalog
import * as genai from "@pydantic/genai-prices"
import { staticPrices } from "@tallystick/core"
import { firstPrice, genaiPrices } from "@tallystick/core/prices"

const catalog = firstPrice(staticPrices({ "my-azure-deployment": rates }), genaiPrices(genai))
// #endregion

// #region reserved
const reserved = async (catalog: PriceCatalog, prompt: string): Promise<void> => {
  const { micros, quote } = estimateMicros({ catalog, model: "gpt-5", prompt, maxOutputTokens: 1_000 })
  const quotes = quote === null ? [] : [quote]
  const turn = await quota.open({ limits: [credit], estimate: { microusd: micros }, quotes })
  if (!turn.granted) return
  const known = tokenUsage(openaiUsage(await callModel(prompt)))
  const rates = turn.quote(catalog, { model: "gpt-5" })?.rates
  if (known !== undefined && rates !== undefined) turn.used({ microusd: costMicros(known, rates) })
  await turn.finalize()
}
// #endregion

/** The events of a stream of Anthropic. */
async function* events() {
  yield { type: "message_start", message: { usage: { input_tokens: 100, output_tokens: 1 } } }
  yield { type: "message_delta", usage: { output_tokens: 800 } }
}
const stream = events()
const turn = await quota.open({ limits: [credit], estimate: { microusd: 20_000 } })
if (!turn.granted) throw new Error(turn.message)

// #region reported
import { anthropicEvent, tokenUsage, unknownUsage } from "@tallystick/core/usage"

let usage = unknownUsage
for await (const event of stream) usage = anthropicEvent(usage, event)
const known = tokenUsage(usage) // undefined: input or output is not known; charge a bound then, not 0
if (known !== undefined) turn.used({ microusd: costMicros(known, rates) })
// #endregion

console.log(turn.measured())
await turn.finalize()
await reserved(catalog, "Why is the sky blue?")
console.log(catalog.quote({ model: "my-azure-deployment" })?.rates.inputMicrosPerMillion)
const [account] = await quota.usage([credit])
console.log(`used ${account?.used}, reserved ${account?.reserved}`)
await quota.close()
