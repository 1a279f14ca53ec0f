import * as genai from "@pydantic/genai-prices"
import { assert, describe, it } from "vitest"

import { costMicros, staticPrices } from "../../src/pricing/index.ts"
import { firstPrice, genaiPrices, isSameModel } from "../../src/pricing/prices-entry.ts"

const catalog = genaiPrices(genai)
const atMs = Date.UTC(2026, 10, 24)
const inputRate = (model: string, provider?: string): number | undefined => {
  const quote = catalog.quote({ model, provider, atMs })
  return quote?.assumed === true ? undefined : quote?.rates.inputMicrosPerMillion
}

describe("the default catalogue", () => {
  it.each([
    ["gpt-5", undefined, 1_250_000],
    ["gpt-5", "openai.responses", 1_250_000],
    ["openai/gpt-5", undefined, 1_250_000],
    ["gpt-4o-2024-08-06", undefined, 2_500_000],
    ["gpt-4o", "azure.chat", 2_500_000],
    ["claude-sonnet-4-5-20250929", "anthropic.messages", 3_000_000],
    ["anthropic:claude-sonnet-4-5", undefined, 3_000_000],
    ["publishers/anthropic/models/claude-sonnet-4-5@20250929", undefined, 3_000_000],
    ["claude-sonnet-4-5@20250929", "google.vertex.anthropic", 3_000_000],
    ["models/gemini-2.5-pro", undefined, 1_250_000],
    ["gemini-2.5-pro", "google.vertex.chat", 1_250_000],
    ["us.anthropic.claude-sonnet-4-5-20250929-v1:0", undefined, 3_300_000],
    ["anthropic.claude-sonnet-4-5-20250929-v1:0", "amazon-bedrock", 3_300_000],
    ["anthropic/claude-sonnet-4.5", "openrouter", 3_000_000]
  ] as const)("knows %s of %s", (model, provider, expected) => {
    assert.strictEqual(inputRate(model, provider), expected)
  })

  it("says it where only the beginning of a name was found", () => {
    assert.isTrue(catalog.quote({ model: "claude-sonnet-5-5" })?.assumed)
    assert.isFalse(catalog.quote({ model: "claude-sonnet-5" })?.assumed)
  })

  it("does not know what it does not know", () => {
    for (const model of ["unknown/model", "my-deployment", "constructor"])
      assert.isUndefined(catalog.quote({ model }), model)
  })

  it("prices as the package does: caches, and tiers by the whole call", () => {
    const price = (model: string, usage: Parameters<typeof costMicros>[0]): number =>
      costMicros(usage, catalog.quote({ model, atMs })!.rates)
    const cached = { inputTokens: 100_000, cachedInputTokens: 20_000, cacheWriteTokens: 30_000, outputTokens: 8_000 }
    assert.strictEqual(price("claude-sonnet-4-5", cached), 388_500)
    assert.strictEqual(price("claude-opus-4-1", cached), 1_942_500)
    assert.strictEqual(price("claude-sonnet-4-5", { inputTokens: 200_000, outputTokens: 1_000 }), 615_000)
    assert.strictEqual(price("claude-sonnet-4-5", { inputTokens: 200_001, outputTokens: 1_000 }), 1_222_506)
  })

  it("searches are a tool; a model that is billed by the request besides is not known", () => {
    const with_ = (more: object) =>
      genaiPrices({
        calcPrice: (_usage, id) => ({ model: { id }, model_price: { input_mtok: 1, output_mtok: 1, ...more } })
      })
    const searching = with_({ web_searches_kcount: 10 }).quote({ model: "m" })!
    assert.deepEqual(searching.rates.toolMicros, { web_search: 10_000 })
    assert.isUndefined(with_({ requests_kcount: 5 }).quote({ model: "m" }))
  })

  it("a price that is no whole number of micro-dollars is not known", () => {
    const odd = genaiPrices({
      calcPrice: (_usage, id) => ({ model: { id }, model_price: { input_mtok: 1 / 3, output_mtok: 1 } })
    })
    assert.isUndefined(odd.quote({ model: "odd" }))
  })
})

describe("firstPrice", () => {
  const rates = { inputMicrosPerMillion: 1, outputMicrosPerMillion: 2 }

  it("asks your own table first", () => {
    const both = firstPrice(staticPrices({ "gpt-5": rates }), catalog)
    assert.strictEqual(both.quote({ model: "gpt-5" })?.rates.inputMicrosPerMillion, 1)
    assert.strictEqual(both.quote({ model: "gpt-4o" })?.rates.inputMicrosPerMillion, 2_500_000)
  })

  it("takes what is known before what is assumed", () => {
    const both = firstPrice(catalog, staticPrices({ "claude-sonnet-5-5": rates }))
    assert.strictEqual(both.quote({ model: "claude-sonnet-5-5" })?.rates.inputMicrosPerMillion, 1)
  })
})

describe("isSameModel", () => {
  it("takes dates and versions, and no other model", () => {
    for (const rest of ["", "-20250929", "@20250929", "-2025-09-29", "-latest", "-v1:0", "-20250929-v1:0"])
      assert.isTrue(isSameModel(`claude-sonnet-5${rest}`, "claude-sonnet-5"), rest)
    for (const rest of ["-5", "-mini", ".5", "-20250929-mini", "x"])
      assert.isFalse(isSameModel(`claude-sonnet-5${rest}`, "claude-sonnet-5"), rest)
    assert.isFalse(isSameModel("gpt-5", "gpt-5-mini"))
  })
})
