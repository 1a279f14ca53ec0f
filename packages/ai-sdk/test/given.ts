/**
 * A turn over a memory store with a clock that stands still, and the SDK's own mock model.
 */
import { memoryStore } from "@tallystick/adapter-memory"
import { createQuota, type Limit, type OpenOptions } from "@tallystick/core"
import { MockLanguageModelV4 } from "ai/test"

import { manualClock, settle } from "../../core/test/service/manual-clock.ts"

export { settle }

export const daily: Limit = { account: "user:ada", unit: "tokens", limit: 50_000, window: "day" }

export const usage = (input: number | undefined, output: number | undefined) => ({
  inputTokens: { total: input, noCache: input, cacheRead: undefined, cacheWrite: undefined },
  outputTokens: { total: output, text: output, reasoning: undefined }
})

type StreamResult = Awaited<ReturnType<MockLanguageModelV4["doStream"]>>
type GenerateResult = Awaited<ReturnType<MockLanguageModelV4["doGenerate"]>>
export type Part = StreamResult["stream"] extends ReadableStream<infer A> ? A : never

export const finish = (input: number | undefined, output: number | undefined): Part => ({
  type: "finish",
  usage: usage(input, output),
  finishReason: { unified: "stop", raw: undefined }
})

export const text = (...deltas: ReadonlyArray<string>): Array<Part> => [
  { type: "text-start", id: "1" },
  ...deltas.map((delta): Part => ({ type: "text-delta", id: "1", delta })),
  { type: "text-end", id: "1" }
]

export const said = (input: number | undefined, output: number | undefined): GenerateResult => ({
  content: [{ type: "text", text: "hello" }],
  usage: usage(input, output),
  finishReason: { unified: "stop", raw: undefined },
  warnings: []
})

/** A model that streams these parts one per pull, then ends, or breaks with `error`, or hangs. */
export const streaming = (parts: ReadonlyArray<Part>, then: "end" | "hang" | Error = "end") =>
  new MockLanguageModelV4({
    doStream: async () => {
      const rest = [...parts]
      return {
        stream: new ReadableStream<Part>({
          pull: async (controller) => {
            const part = rest.shift()
            if (part !== undefined) return controller.enqueue(part)
            if (then === "end") return controller.close()
            if (then !== "hang") return controller.error(then)
            await new Promise(() => {})
          }
        })
      }
    }
  })

export const given = async (options: Partial<OpenOptions> = {}, limit = 50_000) => {
  const clock = manualClock()
  const quota = createQuota({ store: memoryStore(), clock })
  const mine = { ...daily, limit }
  const turn = await quota.open({ limits: [mine], estimate: { tokens: 1_000 }, ...options })
  if (!turn.granted) throw new Error(turn.message)
  const numbers = async (): Promise<readonly [used: number, reserved: number]> => {
    const [account] = await quota.usage([mine])
    return [account!.used, account!.reserved]
  }
  return { clock, quota, turn, numbers }
}
