/**
 * The snippet of docs/effect.md.
 */
// #region effect
import { memoryStore } from "@tallystick/adapter-memory"
import { layer, type Limit, Quota, QuotaStore } from "@tallystick/core/effect"
import { metered } from "@tallystick/core/effect-ai"
import * as LanguageModel from "effect/ai/LanguageModel"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"

const live = layer({ ttlMs: 30_000 }).pipe(Layer.provide(Layer.sync(QuotaStore, () => memoryStore())))
const daily: Limit = { account: "user:ada", unit: "tokens", limit: 50_000, window: "day" }

const program = Effect.gen(function* () {
  const { text } = yield* LanguageModel.generateText({ prompt: "Why is the sky blue?" })
  return text
})

const answer = Effect.gen(function* () {
  const quota = yield* Quota
  return yield* quota.guard({ limits: [daily], estimate: { tokens: 1 } }, (turn) =>
    Effect.updateService(program, LanguageModel.LanguageModel, metered(turn, { maxOutputTokens: 1_000 }))
  )
})
// #endregion
import * as Stream from "effect/Stream"

const model = LanguageModel.make({
  generateText: () =>
    Effect.succeed([
      { type: "text", text: "Because it scatters." },
      {
        type: "finish",
        reason: "stop",
        usage: { inputTokens: { total: 100 }, outputTokens: { total: 800 } },
        response: undefined
      }
    ]),
  streamText: () => Stream.empty
})

const shown = Effect.gen(function* () {
  const text = yield* answer
  const [usage] = yield* (yield* Quota).usage([daily])
  return `${text} used ${usage?.used}, reserved ${usage?.reserved}`
})
console.log(
  await Effect.runPromise(
    shown.pipe(Effect.provideServiceEffect(LanguageModel.LanguageModel, model), Effect.provide(live))
  )
)
