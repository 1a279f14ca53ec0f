import { QuotaDenied } from "@tallystick/core"
import { streamText } from "ai"
import { describe, expect, it } from "vitest"

import { metered, promptTokens, streamed } from "../src/index.ts"
import { finish, given, type Part, settle, streaming, text } from "./given.ts"

const onError = () => {}
const long = text(...Array.from({ length: 500 }, () => "12345"))

const answer = (model: ReturnType<typeof streaming>, turn: Parameters<typeof metered>[1], signal?: AbortSignal) =>
  streamText({
    model: metered(model, turn),
    prompt: "hi",
    onError,
    maxRetries: 0,
    ...(signal === undefined ? {} : { abortSignal: signal })
  })

describe("streamText", () => {
  it("a stream that is read to its end finalizes at its report", async () => {
    const { turn, numbers } = await given()
    const result = answer(streaming([...text("a", "b"), finish(30, 12)]), turn)
    expect(await streamed(turn, result.toTextStreamResponse()).text()).toBe("ab")
    expect(await numbers()).toEqual([42, 0])
  })

  it("a stream that ends without a report is charged what was seen", async () => {
    const { turn, numbers } = await given()
    const model = streaming(text("naïve"))
    await streamed(turn, answer(model, turn).toTextStreamResponse()).text()
    expect(await numbers()).toEqual([promptTokens(model.doStreamCalls[0]!) + 6, 0])
  })

  it("a finish whose usage is missing is not 0", async () => {
    const { turn, numbers } = await given()
    const model = streaming([...text("abc"), finish(undefined, undefined)])
    await streamed(turn, answer(model, turn).toTextStreamResponse()).text()
    expect(await numbers()).toEqual([promptTokens(model.doStreamCalls[0]!) + 3, 0])
  })

  it("an error part, then a finish: its report counts", async () => {
    const { turn, numbers } = await given()
    const error: Part = { type: "error", error: new Error("overloaded") }
    await streamed(turn, answer(streaming([error, finish(3, 4)]), turn).toTextStreamResponse()).text()
    expect(await numbers()).toEqual([7, 0])
  })

  it("a stream that breaks is charged what was seen", async () => {
    const { turn, numbers } = await given()
    const model = streaming(text("abcd"), new Error("reset"))
    await Promise.allSettled([streamed(turn, answer(model, turn).toTextStreamResponse()).text()])
    expect(await numbers()).toEqual([promptTokens(model.doStreamCalls[0]!) + 4, 0])
  })

  it("a denied growth is an error part, before the call is made", async () => {
    const { turn } = await given({}, 1_500)
    const model = streaming([finish(1, 1)])
    const errors: Array<unknown> = []
    const result = streamText({ model: metered(model, turn), prompt: "hi", onError: ({ error }) => errors.push(error) })
    await result.consumeStream()
    expect(errors[0]).toBeInstanceOf(QuotaDenied)
    expect(model.doStreamCalls).toHaveLength(0)
    await turn.release()
  })

  it("a client that cancels the response ends the turn at what was seen", async () => {
    const { turn, numbers } = await given()
    const reader = streamed(turn, answer(streaming(long, "hang"), turn).toTextStreamResponse()).body!.getReader()
    await reader.read()
    await reader.cancel()
    const [used, reserved] = await numbers()
    expect(used).toBeGreaterThan(5)
    expect(reserved).toBe(0)
  })

  it("break out of the text stream: interrupted by the end of an await using block", async () => {
    const { turn, numbers } = await given({ signal: new AbortController().signal })
    {
      await using ending = turn
      const stop = new AbortController()
      for await (const _ of answer(streaming(long, "hang"), ending, stop.signal).textStream) break
      stop.abort()
      await settle()
    }
    const [used, reserved] = await numbers()
    expect(used).toBeGreaterThan(5)
    expect(reserved).toBe(0)
  })

  it("a client that never reads: the turn's signal ends it, also where nobody passed it on", async () => {
    const client = new AbortController()
    const { clock, turn, numbers } = await given({ signal: client.signal })
    const model = streaming(long, "hang")
    streamed(turn, answer(model, turn).toTextStreamResponse())
    await settle()
    client.abort()
    expect(model.doStreamCalls[0]!.abortSignal!.aborted).toBe(true)
    await clock.advance(5_000)
    const [used, reserved] = await numbers()
    expect(used).toBeGreaterThan(promptTokens(model.doStreamCalls[0]!))
    expect(reserved).toBe(0)
  })

  it("a time-out of the call is charged what was seen", async () => {
    const { turn, numbers } = await given()
    const timeOut = new AbortController()
    const model = streaming(text("abcd"), "hang")
    const reading = streamed(turn, answer(model, turn, timeOut.signal).toTextStreamResponse()).text()
    await settle()
    timeOut.abort(new DOMException("late", "TimeoutError"))
    await Promise.allSettled([reading])
    expect(await numbers()).toEqual([promptTokens(model.doStreamCalls[0]!) + 4, 0])
  })

  it.each([
    ["ends without a report", "end"],
    ["breaks", new Error("reset")]
  ] as const)("a stream that %s is measured by itself, before its turn ends", async (_, then) => {
    const { turn } = await given()
    const model = streaming(text("abcd"), then)
    await answer(model, turn).consumeStream()
    expect(turn.measured()).toEqual({ tokens: promptTokens(model.doStreamCalls[0]!) + 4 })
    await turn.release()
  })

  it("a call that is aborted while nobody reads is measured, though nothing cancels its stream", async () => {
    const { turn } = await given()
    const stop = new AbortController()
    const model = streaming(long, "hang")
    const params = { prompt: [], abortSignal: stop.signal }
    await metered(model, turn).doStream(params)
    stop.abort()
    expect(turn.measured()["tokens"]).toBeGreaterThan(0)
    await turn.release()
  })

  it("ends once, whoever comes first", async () => {
    const { turn, numbers } = await given()
    const response = streamed(turn, answer(streaming([...text("a"), finish(30, 12)]), turn).toTextStreamResponse())
    await response.text()
    expect((await turn.release()).requestId).toBe(turn.requestId)
    await turn.finalize({ tokens: 9_000 })
    expect(await numbers()).toEqual([42, 0])
  })
})
