/**
 * Effect's own `LanguageModel`, made as its providers make theirs, metered by a turn.
 */
import { assert, describe, it } from "@effect/vitest"
import * as AiError from "effect/ai/AiError"
import * as LanguageModel from "effect/ai/LanguageModel"
import type * as Response from "effect/ai/Response"
import * as Tool from "effect/ai/Tool"
import * as Toolkit from "effect/ai/Toolkit"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"

import { memoryStore } from "../../../adapter-memory/src/index.ts"
import { metered, type MeteredOptions, promptTokens } from "../../src/effect-ai/index.ts"
import { layer, type Limit, Quota, QuotaStore, type Reservation, type TurnSettings } from "../../src/effect.ts"
import { staticPrices } from "../../src/index.ts"

const daily: Limit = { account: "user:ada", unit: "tokens", limit: 5_000, window: "day" }
const credit: Limit = { account: "user:ada", unit: "microusd", limit: 1_000_000 }

const usage = (input: number | undefined, output: number | undefined) => ({
  inputTokens: { uncached: input, total: input, cacheRead: undefined, cacheWrite: undefined },
  outputTokens: { total: output, text: output, reasoning: undefined }
})

const finish = (input?: number, output?: number) =>
  ({ type: "finish", reason: "stop", usage: usage(input, output), response: undefined }) as const

const answered = (...parts: ReadonlyArray<Response.PartEncoded>): Array<Response.PartEncoded> => [
  { type: "text", text: "hello" },
  ...parts
]

interface Provider {
  readonly generateText?: Parameters<typeof LanguageModel.make>[0]["generateText"]
  readonly streamText?: Parameters<typeof LanguageModel.make>[0]["streamText"]
}

/** A program over a fake provider, inside `guard`; gives how it ended, what was held while the model ran, and the numbers after it. */
const run = <A, E>(
  provider: Provider,
  program: Effect.Effect<A, E, LanguageModel.LanguageModel>,
  more: {
    readonly limits?: ReadonlyArray<Limit>
    readonly settings?: Partial<TurnSettings>
    readonly options?: Partial<MeteredOptions>
    readonly abort?: (fiber: Fiber.Fiber<unknown, unknown>) => Effect.Effect<unknown>
  } = {}
) =>
  Effect.gen(function* () {
    const quota = yield* Quota
    const { limits = [daily], settings = {}, options = {}, abort } = more
    const model = yield* LanguageModel.make({
      generateText: provider.generateText ?? (() => Effect.die("not asked")),
      streamText: provider.streamText ?? (() => Stream.die("not asked"))
    })
    let turn: Reservation | undefined
    const estimate = Object.fromEntries(limits.map(({ unit }) => [unit, 1]))
    const guarded = quota
      .guard({ limits, estimate, ...settings }, (granted) => {
        turn = granted
        return program.pipe(
          Effect.updateService(LanguageModel.LanguageModel, metered(granted, { maxOutputTokens: 1_000, ...options })),
          Effect.provideService(LanguageModel.LanguageModel, model)
        )
      })
      .pipe(Effect.result)
    const fiber = yield* Effect.forkChild(guarded, { startImmediately: true })
    if (abort !== undefined) yield* abort(fiber)
    const result = abort === undefined ? yield* Fiber.join(fiber) : undefined
    const [account] = yield* quota.usage([limits[0]!])
    return { result, used: account!.used, reserved: account!.reserved, measured: turn?.measured() ?? {} }
  }).pipe(Effect.provide(layer().pipe(Layer.provide(Layer.sync(QuotaStore, () => memoryStore())))))

const ask = LanguageModel.generateText({ prompt: "Why is the sky blue?" })
const bound = promptTokens({ prompt: "Why is the sky blue?", tools: [] })

describe("a metered LanguageModel", () => {
  it.effect("holds the worst case while it runs, and is charged what it reports", () =>
    Effect.gen(function* () {
      let held = -1
      const generateText = () =>
        Effect.gen(function* () {
          const quota = yield* Effect.serviceOption(Quota)
          if (quota._tag === "Some") held = (yield* Effect.orDie(quota.value.usage([daily])))[0]!.reserved
          return answered(finish(100, 20))
        })
      const ended = yield* run(
        { generateText },
        Effect.map(ask, ({ text }) => text)
      )
      assert.strictEqual(ended.result?._tag === "Success" ? ended.result.success : "", "hello")
      assert.strictEqual(held, bound + 1_000)
      assert.deepEqual([ended.used, ended.reserved], [120, 0])
    })
  )

  it.effect("a call that does not fit fails as one whose quota is exhausted, and is not sent", () =>
    Effect.gen(function* () {
      const ended = yield* run({}, ask, { options: { maxOutputTokens: 6_000 } })
      assert.strictEqual(ended.result?._tag, "Failure")
      if (ended.result?._tag !== "Failure") return
      const error = ended.result.failure
      assert.isTrue(AiError.isAiError(error))
      if (!AiError.isAiError(error)) return
      assert.deepInclude(error, { module: "Tallystick", method: "generateText" })
      assert.strictEqual(error.reason._tag, "QuotaExhaustedError")
      assert.match(JSON.stringify(error.reason), /tokens asked, \d+ of 5000 left/)
      assert.deepEqual([ended.used, ended.reserved], [0, 0])
    })
  )

  it.effect("counts each call of a program", () =>
    Effect.gen(function* () {
      const ended = yield* run(
        { generateText: () => Effect.succeed(answered(finish(100, 20))) },
        Effect.andThen(ask, ask)
      )
      assert.strictEqual(ended.used, 240)
    })
  )

  it.effect("bounds the tools of a toolkit, also one that is an effect", () =>
    Effect.gen(function* () {
      const Weather = Tool.make("Weather", {
        description: "Says how the weather is",
        parameters: Schema.Struct({ city: Schema.String }),
        success: Schema.String
      })
      const toolkit = Toolkit.make(Weather)
      const seen: Array<number> = []
      const inputBound = (input: Parameters<typeof promptTokens>[0]) => {
        seen.push(input.tools.length, promptTokens(input))
        return promptTokens(input)
      }
      const program = LanguageModel.generateText({ prompt: "How is it?", toolkit }).pipe(
        Effect.provide(toolkit.toLayer({ Weather: () => Effect.succeed("fair") }))
      )
      const call = {
        type: "tool-call",
        id: "1",
        name: "Weather",
        params: { city: "Paris" },
        providerExecuted: false
      } as const
      const ended = yield* run({ generateText: () => Effect.succeed([call, finish(50, 5)]) }, program, {
        options: { inputBound }
      })
      assert.strictEqual(ended.result?._tag, "Success")
      assert.strictEqual(seen[0], 1)
      assert.isAbove(seen[1]!, promptTokens({ prompt: "How is it?", tools: [] }) + 500)
      assert.strictEqual(ended.used, 55)
    })
  )

  it.effect("a structured answer, too", () =>
    Effect.gen(function* () {
      const schema = Schema.Struct({ sky: Schema.String })
      const generateText = () => Effect.succeed([{ type: "text", text: `{"sky":"blue"}` } as const, finish(70, 9)])
      const ended = yield* run({ generateText }, LanguageModel.generateObject({ prompt: "Which?", schema }))
      assert.strictEqual(ended.used, 79)
    })
  )

  it.effect(
    "what the provider refused costs nothing; what broke behind it is unknown, and no less than its input",
    () =>
      Effect.gen(function* () {
        const failing = (status: number | undefined) => () =>
          Effect.fail(
            AiError.make({
              module: "Fake",
              method: "generateText",
              reason: new AiError.UnknownError(
                status === undefined
                  ? {}
                  : { http: { response: { status, headers: {}, url: "u", method: "POST" } as never } }
              )
            })
          )
        const settings = { whenUnknown: "charge-measured" } as const
        assert.strictEqual((yield* run({ generateText: failing(503) }, ask, { settings })).used, 0)
        assert.strictEqual((yield* run({ generateText: failing(undefined) }, ask, { settings })).used, bound)
        const held = { whenUnknown: "charge-held" } as const
        assert.strictEqual(
          (yield* run({ generateText: failing(undefined) }, ask, { settings: held })).used,
          bound + 1_000
        )
      })
  )

  it.effect("a report without numbers is not 0", () =>
    Effect.gen(function* () {
      const ended = yield* run({ generateText: () => Effect.succeed(answered(finish())) }, ask)
      assert.strictEqual(ended.used, bound + "hello".length)
    })
  )

  it.effect("an interruption is charged what is known by then", () =>
    Effect.gen(function* () {
      const begun = yield* Deferred.make<void>()
      const generateText = () => Effect.andThen(Deferred.succeed(begun, undefined), Effect.never)
      const abort = (fiber: Fiber.Fiber<unknown, unknown>) =>
        Effect.andThen(Deferred.await(begun), Fiber.interrupt(fiber))
      const ended = yield* run({ generateText }, ask, { abort })
      assert.deepEqual([ended.used, ended.reserved], [bound, 0])
    })
  )

  const parts: ReadonlyArray<Response.StreamPartEncoded> = [
    { type: "text-start", id: "1" },
    { type: "text-delta", id: "1", delta: "blue" },
    { type: "text-end", id: "1" }
  ]
  const streamed = LanguageModel.streamText({ prompt: "Why is the sky blue?" })

  it.effect("a stream is charged its report; one that is cut, is left, or breaks, what was seen", () =>
    Effect.gen(function* () {
      const whole = { streamText: () => Stream.fromIterable([...parts, finish(100, 20)]) }
      assert.strictEqual((yield* run(whole, Stream.runDrain(streamed))).used, 120)
      const cut = { streamText: () => Stream.fromIterable(parts) }
      assert.strictEqual((yield* run(cut, Stream.runDrain(streamed))).used, bound + 4)
      const left = yield* run(whole, Stream.runDrain(Stream.take(streamed, 1)))
      assert.deepEqual([left.used >= bound, left.reserved], [true, 0])
      const broken = { streamText: () => Stream.concat(Stream.fromIterable(parts), Stream.die("broken")) }
      assert.strictEqual((yield* Effect.exit(run(broken, Stream.runDrain(streamed))))._tag, "Failure")
      const unread = yield* run(
        whole,
        Effect.sync(() => streamed)
      )
      assert.strictEqual(unread.used, 0)
    })
  )

  it.effect("prices in micro-dollars, and refuses a model without a price before the call", () =>
    Effect.gen(function* () {
      const catalog = staticPrices({ fake: { inputMicrosPerMillion: 1_000_000, outputMicrosPerMillion: 10_000_000 } })
      const provider = { generateText: () => Effect.succeed(answered(finish(100, 20))) }
      const priced = yield* run(provider, ask, { limits: [credit], options: { price: { catalog, model: "fake" } } })
      assert.strictEqual(priced.used, 300)
      for (const options of [{ price: { catalog, model: "other" } }, {}]) {
        const ended = yield* run({}, ask, { limits: [credit], options })
        assert.deepEqual([ended.result?._tag, ended.used], ["Failure", 0])
      }
    })
  )
})
