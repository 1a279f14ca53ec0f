import { assert, describe, it } from "vitest"

import {
  anthropicEvent,
  anthropicUsage,
  openaiEvent,
  openaiUsage,
  readUsage,
  tokenUsage,
  unknownUsage
} from "../../src/usage/index.ts"

describe("OpenAI", () => {
  it("chat completions: input includes the cache, output the reasoning", () => {
    const usage = {
      prompt_tokens: 100,
      completion_tokens: 20,
      prompt_tokens_details: { cached_tokens: 60, cache_write_tokens: 10 },
      completion_tokens_details: { reasoning_tokens: 15 }
    }
    const expected = { input: 100, output: 20, cacheRead: 60, cacheWrite: 10, reasoning: 15, total: 120 }
    assert.deepStrictEqual(openaiUsage({ usage }), expected)
  })

  it("responses: the same under other names", () => {
    const usage = { input_tokens: 7, output_tokens: 3, input_tokens_details: { cached_tokens: 0 } }
    const expected = { input: 7, output: 3, cacheRead: 0, cacheWrite: undefined, reasoning: undefined, total: 10 }
    assert.deepStrictEqual(openaiUsage({ usage }), expected)
  })

  it("a chat stream says it in its last chunk, which has no choices", () => {
    const chunks = [
      { choices: [{ delta: { content: "a" } }], usage: null },
      { choices: [], usage: { prompt_tokens: 4, completion_tokens: 1 } }
    ]
    assert.strictEqual(readUsage(openaiEvent, chunks).total, 5)
    assert.deepStrictEqual(readUsage(openaiEvent, chunks.slice(0, 1)), unknownUsage)
    // A proxy that sends more after it takes nothing back.
    assert.strictEqual(readUsage(openaiEvent, [...chunks, { choices: [], usage: null }]).total, 5)
  })

  it("what is billed by the call stands in the output of a response", () => {
    const output = ["web_search_call", "message", "web_search_call", "file_search_call", "function_call"].map(
      (type) => ({
        type
      })
    )
    const usage = { input_tokens: 7, output_tokens: 3 }
    assert.deepStrictEqual(openaiUsage({ usage, output }).toolCalls, { web_search: 2, file_search: 1 })
    assert.notProperty(openaiUsage({ usage, output: [{ type: "message" }] }), "toolCalls")
    const events = [{ type: "response.completed", response: { usage, output } }]
    assert.deepStrictEqual(tokenUsage(readUsage(openaiEvent, events))!.toolCalls, { web_search: 2, file_search: 1 })
  })

  it("a stream of responses says it when it ends, however it ends", () => {
    for (const type of ["response.completed", "response.incomplete", "response.failed"]) {
      const events = [
        { type: "response.created", response: { usage: null } },
        { type: "response.output_text.delta", delta: "a" },
        { type, response: { usage: { input_tokens: 4, output_tokens: 1 } } }
      ]
      assert.strictEqual(readUsage(openaiEvent, events).total, 5)
    }
  })
})

describe("Anthropic", () => {
  const start = {
    type: "message_start",
    message: {
      usage: { input_tokens: 10, cache_read_input_tokens: 80, cache_creation_input_tokens: 10, output_tokens: 1 }
    }
  }

  it("input_tokens leaves out the cache: it is added", () => {
    const usage = { ...start.message.usage, output_tokens: 5 }
    const expected = { input: 100, output: 5, cacheRead: 80, cacheWrite: 10, reasoning: undefined, total: 105 }
    assert.deepStrictEqual(anthropicUsage({ usage }), expected)
  })

  it("its own tools are counted by their names, the last report counts", () => {
    const usage = {
      input_tokens: 1,
      output_tokens: 5,
      server_tool_use: { web_search_requests: 2, web_fetch_requests: 0 }
    }
    assert.deepStrictEqual(anthropicUsage({ usage }).toolCalls, { web_search: 2 })
    const delta = (web_search_requests: number) => ({
      type: "message_delta",
      usage: { output_tokens: 9, server_tool_use: { web_search_requests } }
    })
    assert.deepStrictEqual(readUsage(anthropicEvent, [start, delta(1), delta(3)]).toolCalls, { web_search: 3 })
  })

  it("message_delta is cumulative: the last one counts", () => {
    const deltas = [5, 9].map((output_tokens) => ({ type: "message_delta", usage: { output_tokens } }))
    const usage = readUsage(anthropicEvent, [start, { type: "ping" }, ...deltas])
    assert.deepStrictEqual([usage.input, usage.output, usage.total], [100, 9, 109])
  })

  it("a delta that repeats the input replaces it, and does not add it", () => {
    const delta = { type: "message_delta", usage: { input_tokens: 20, cache_read_input_tokens: 80, output_tokens: 2 } }
    assert.strictEqual(readUsage(anthropicEvent, [start, delta]).input, 110)
  })

  it("a stream that breaks at once has its input, and an unknown output", () => {
    const usage = readUsage(anthropicEvent, [start])
    assert.deepStrictEqual([usage.input, usage.output, usage.total], [100, undefined, undefined])
    assert.isUndefined(tokenUsage(usage))
  })
})

describe("what is no report", () => {
  it("is unknown, never 0", () => {
    for (const body of [null, undefined, "", 3, {}, { usage: null }, { usage: { prompt_tokens: -1 } }]) {
      assert.isUndefined(openaiUsage(body).input)
      assert.isUndefined(anthropicUsage(body).total)
      assert.isUndefined(openaiEvent(unknownUsage, body).total)
      assert.deepStrictEqual(anthropicEvent(unknownUsage, body), unknownUsage)
    }
  })

  it("a report is what costMicros takes", () => {
    const usage = tokenUsage(openaiUsage({ usage: { input_tokens: 4, output_tokens: 1 } }))
    assert.deepInclude(usage, { inputTokens: 4, outputTokens: 1 })
  })
})
