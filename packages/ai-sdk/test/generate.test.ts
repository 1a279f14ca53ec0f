import { APICallError } from "@ai-sdk/provider"
import { QuotaDenied, staticPrices } from "@tallystick/core"
import { generateText, jsonSchema, stepCountIs, tool } from "ai"
import { MockLanguageModelV4 } from "ai/test"
import { describe, expect, it } from "vitest"

import { DEFAULT_MAX_OUTPUT_TOKENS, metered, promptTokens } from "../src/index.ts"
import { daily, given, said, settle, usage } from "./given.ts"

const generating = (...results: ReadonlyArray<ReturnType<typeof said> | Error>) => {
  const rest = [...results]
  return new MockLanguageModelV4({
    doGenerate: async () => {
      const next = rest.shift()!
      if (next instanceof Error) throw next
      return next
    }
  })
}

const connectionLost = () =>
  new APICallError({ message: "reset", url: "http://model", requestBodyValues: {}, isRetryable: false })

describe("generateText", () => {
  it("reserves before a call and measures after it", async () => {
    const { turn, numbers } = await given()
    let held = 0
    const model = new MockLanguageModelV4({
      doGenerate: async () => {
        held = (await numbers())[1]
        return said(30, 12)
      }
    })
    await generateText({ model: metered(model, turn), prompt: "hi", maxOutputTokens: 2_000 })
    expect(held).toBe(2_000 + promptTokens(model.doGenerateCalls[0]!))
    expect(turn.measured()).toEqual({ tokens: 42 })
    await turn.finalize()
    expect(await numbers()).toEqual([42, 0])
  })

  it("sends an output cap where there is none, and leaves one that is", async () => {
    const { turn } = await given()
    const model = generating(said(1, 1), said(1, 1))
    await generateText({ model: metered(model, turn), prompt: "hi" })
    await generateText({ model: metered(model, turn), prompt: "hi", maxOutputTokens: 7 })
    expect(model.doGenerateCalls.map((call) => call.maxOutputTokens)).toEqual([DEFAULT_MAX_OUTPUT_TOKENS, 7])
    await turn.release()
  })

  it("a growth that is denied rejects before the call is made, and is not retried", async () => {
    const { turn, numbers } = await given({}, 1_500)
    const model = generating(said(1, 1))
    const call = generateText({ model: metered(model, turn), prompt: "hi", maxOutputTokens: 1_500 })
    await expect(call).rejects.toBeInstanceOf(QuotaDenied)
    expect(model.doGenerateCalls).toHaveLength(0)
    expect(turn.measured()).toEqual({})
    // What was denied counts no more for the next.
    await generateText({ model: metered(model, turn), prompt: "hi", maxOutputTokens: 500 })
    expect(turn.measured()).toEqual({ tokens: 2 })
    await turn.release()
    expect(await numbers()).toEqual([2, 0])
  })

  it("each step of a tool loop is a call", async () => {
    const { turn } = await given()
    const model = generating(
      {
        ...said(10, 5),
        content: [{ type: "tool-call", toolCallId: "1", toolName: "look", input: "{}" }],
        finishReason: { unified: "tool-calls", raw: undefined }
      },
      said(20, 6)
    )
    const look = tool({ inputSchema: jsonSchema<object>({ type: "object" }), execute: async () => "blue" })
    await generateText({ model: metered(model, turn), prompt: "hi", tools: { look }, stopWhen: stepCountIs(3) })
    expect(turn.measured()).toEqual({ tokens: 41 })
    await turn.release()
  })

  it("a retry is a call of its own; an attempt that the provider refused costs nothing", async () => {
    const { turn } = await given()
    const model = new MockLanguageModelV4({
      doGenerate: async () => {
        if (model.doGenerateCalls.length < 2) throw new APICallError({ ...refusal, responseHeaders: retryAtOnce })
        return said(10, 5)
      }
    })
    const refusal = { message: "no", url: "http://model", requestBodyValues: {}, statusCode: 503, isRetryable: true }
    const retryAtOnce = { "retry-after-ms": "0" }
    await generateText({ model: metered(model, turn), prompt: "hi", maxRetries: 2 })
    expect(model.doGenerateCalls).toHaveLength(2)
    expect(turn.measured()).toEqual({ tokens: 15 })
    await turn.release()
  })

  it.each([
    ["charge-measured", (input: number) => ({ tokens: input })],
    ["charge-held", (input: number) => ({ tokens: input + 100 })],
    ["refund", () => ({})]
  ] as const)("a call whose answer was lost is charged by whenUnknown: %s", async (whenUnknown, expected) => {
    const { turn } = await given({ whenUnknown })
    const model = generating(connectionLost())
    const call = generateText({ model: metered(model, turn), prompt: "hi", maxOutputTokens: 100, maxRetries: 0 })
    await expect(call).rejects.toThrow()
    expect(turn.measured()).toEqual(expected(promptTokens(model.doGenerateCalls[0]!)))
    await turn.release()
  })

  it("a usage that is missing is not 0", async () => {
    const { turn } = await given()
    const model = generating(said(undefined, undefined), said(10, undefined))
    await generateText({ model: metered(model, turn), prompt: "hi" })
    const content = JSON.stringify(said(1, 1).content).length
    const first = promptTokens(model.doGenerateCalls[0]!) + content
    expect(turn.measured()).toEqual({ tokens: first })
    await generateText({ model: metered(model, turn), prompt: "hi" })
    expect(turn.measured()).toEqual({ tokens: first + 10 + content })
    await turn.release()
  })

  it("a call that never answers is charged its prompt when its turn is aborted", async () => {
    const client = new AbortController()
    const { clock, turn, numbers } = await given({ signal: client.signal })
    const model = new MockLanguageModelV4({ doGenerate: () => new Promise(() => {}) })
    const call = metered(model, turn).doGenerate({ prompt: [] })
    void Promise.allSettled([call])
    await settle()
    client.abort()
    await clock.advance(5_000)
    expect(await numbers()).toEqual([promptTokens(model.doGenerateCalls[0]!), 0])
  })

  it("calls that run at once hold for each", async () => {
    const { turn, numbers } = await given()
    const gate = Promise.withResolvers<void>()
    const model = new MockLanguageModelV4({
      doGenerate: async () => {
        if (model.doGenerateCalls.length === 2) gate.resolve()
        await gate.promise
        return said(1, 1)
      }
    })
    const ask = async () => generateText({ model: metered(model, turn), prompt: "hi", maxOutputTokens: 2_000 })
    await Promise.all([ask(), ask()])
    expect((await numbers())[1]).toBe(2 * (2_000 + promptTokens(model.doGenerateCalls[0]!)))
    await turn.release()
  })

  it("prices in micro-dollars, and refuses a model without a price before the call", async () => {
    const credit = { account: "user:ada", unit: "microusd", limit: 1_000_000 }
    const { turn } = await given({ limits: [daily, credit], estimate: { tokens: 1, microusd: 1 } })
    const catalog = staticPrices({
      "mock-model-id": { inputMicrosPerMillion: 1_000_000, outputMicrosPerMillion: 10_000_000 }
    })
    const model = generating({ ...said(0, 0), usage: usage(100, 20) })
    await generateText({ model: metered(model, turn, { catalog }), prompt: "hi" })
    expect(turn.measured()).toEqual({ tokens: 120, microusd: 300 })
    // Another turn: this one keeps the price that it has begun with.
    const other = await given({ limits: [credit], estimate: { microusd: 1 } })
    const unpriced = metered(model, other.turn, { catalog: staticPrices({}) })
    await expect(generateText({ model: unpriced, prompt: "hi" })).rejects.toMatchObject({ _tag: "UnknownPrice" })
    expect(model.doGenerateCalls).toHaveLength(1)
    await turn.release()
  })

  it("holds the dearest rate of the input, and tools that the provider bills; counts what was called", async () => {
    const rates = {
      inputMicrosPerMillion: 1_000_000,
      outputMicrosPerMillion: 1_000_000,
      cacheWriteMicrosPerMillion: 2_000_000,
      toolMicros: { web_search: 10_000 }
    }
    const credit = { account: "user:ada", unit: "microusd", limit: 1_000_000 }
    const { turn } = await given({ limits: [credit], estimate: { microusd: 1 } })
    const held: Array<number> = []
    const model = new MockLanguageModelV4({
      doGenerate: async () => {
        held.push(turn.handle().parts[0]!.held["microusd"]!)
        const search = {
          type: "tool-call",
          toolCallId: "1",
          toolName: "web_search",
          input: "{}",
          providerExecuted: true
        }
        const own = { ...search, toolCallId: "2", toolName: "look", providerExecuted: false }
        return { ...said(100, 20), content: [search, search, own] as never }
      }
    })
    const options = {
      catalog: staticPrices({ [model.modelId]: rates }),
      maxToolCalls: { web_search: 3 },
      inputBound: () => 1_000,
      maxOutputTokens: 500
    }
    await metered(model, turn, options).doGenerate({ prompt: [] })
    expect(held).toEqual([2_000 + 500 + 30_000])
    expect(turn.measured()).toEqual({ microusd: 100 + 20 + 20_000 })
  })

  it("prices all calls of a turn by the same rates, though the catalogue is updated between them", async () => {
    const credit = { account: "user:ada", unit: "microusd", limit: 1_000_000 }
    const { turn } = await given({ limits: [credit], estimate: { microusd: 1 } })
    const model = new MockLanguageModelV4({ doGenerate: async () => said(100, 20) })
    let rate = 1_000_000
    const catalog = {
      quote: () => ({ rates: { inputMicrosPerMillion: rate, outputMicrosPerMillion: rate } })
    }
    await metered(model, turn, { catalog }).doGenerate({ prompt: [] })
    rate *= 10
    await metered(model, turn, { catalog }).doGenerate({ prompt: [] })
    expect(turn.measured()).toEqual({ microusd: 240 })
  })
})
