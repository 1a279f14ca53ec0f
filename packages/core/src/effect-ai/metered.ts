/**
 * A language model of Effect whose every call is reserved before and measured after.
 */
import * as AiError from "effect/ai/AiError"
import type * as LanguageModel from "effect/ai/LanguageModel"
import type * as Response from "effect/ai/Response"
import * as Tool from "effect/ai/Tool"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Stream from "effect/Stream"

import { InvalidInput } from "../machine/invalid-input.ts"
import { UnknownPrice } from "../pricing/estimate.ts"
import type { PriceCatalog, PriceQuery } from "../pricing/price-catalog.ts"
import { utf8Bytes } from "../pricing/prompt-bound.ts"
import { readAmount } from "../service/check.ts"
import { checked } from "../service/checked.ts"
import { QuotaDenied } from "../service/errors.ts"
import type { Reservation } from "../service/reservation.ts"
import { type KnownTokens, type ModelCall, ModelCalls } from "../usage/model-calls.ts"
import { type CallInput, promptTokens } from "./prompt-tokens.ts"

export interface MeteredOptions {
  /** What an answer has at most: the cap that your provider is configured with. Effect's models take none by the call. */
  readonly maxOutputTokens: number
  /** Which model it is, and its prices; needed if a limit of the turn counts `microusd`. */
  readonly price?: (PriceQuery & { readonly catalog: PriceCatalog }) | undefined
  /** How often tools may be called that the provider bills each. */
  readonly maxToolCalls?: Readonly<Record<string, number>> | undefined
  /** A bound of a call's input tokens. Default: `promptTokens`, its bytes. */
  readonly inputBound?: ((input: CallInput) => number) | undefined
}

/**
 * The model, metered by a turn: before each call the hold grows to what it may use at most, after it the turn hears what it used. It does not end the turn:
 * `quota.guard` does.
 *
 * A call that does not fit fails with an `AiError` whose reason is `QuotaExhaustedError` (its `metadata.tallystick` has the message), and nothing is sent. One
 * that could not be decided fails with reason `UnknownError`.
 *
 * @example
 * const answer = quota.guard({ limits: [daily], estimate: { tokens: 4_000 } }, (turn) =>
 *   Effect.updateService(program, LanguageModel.LanguageModel, metered(turn, { maxOutputTokens: 1_000 }))
 * )
 */
export const metered = (
  turn: Reservation,
  options: MeteredOptions
): ((model: LanguageModel.LanguageModel) => LanguageModel.LanguageModel) => {
  const { settings, units } = turn.handle()
  const calls = new ModelCalls({
    units,
    whenUnknown: settings.whenUnknown,
    used: (usage) => Effect.runSync(turn.used(usage))
  })
  const admit = (method: string, input: CallInput) => admitCall(turn, calls, options, method, input)
  return (model) => ({
    ...model,
    // The types of the methods say what each answers by what it is asked; what passes through here does not change it.
    generateText: ((asked: Asked) => metering(admit, "generateText", asked, model.generateText)) as never,
    generateObject: ((asked: Asked) => metering(admit, "generateObject", asked, model.generateObject)) as never,
    streamText: ((asked: Asked) => streaming(admit, asked, model.streamText)) as never
  })
}

/** What the methods are given, as far as it is read here. */
interface Asked {
  readonly prompt: CallInput["prompt"]
  readonly toolkit?: Toolkit | Effect.Effect<Toolkit> | undefined
  readonly schema?: Parameters<typeof Tool.getJsonSchemaFromSchema>[0] | undefined
}

interface Toolkit {
  readonly tools: Readonly<Record<string, Tool.Any>>
}

type Admit = (method: string, input: CallInput) => Effect.Effect<ModelCall, AiError.AiError>

type Part = Response.AnyPart | Response.StreamPart<Record<string, Tool.Any>>

const metering = (
  admit: Admit,
  method: string,
  asked: Asked,
  generate: (asked: never) => Effect.Effect<unknown, unknown, unknown>
) =>
  Effect.gen(function* () {
    const { input, resolved } = yield* resolve(asked)
    return yield* Effect.acquireUseRelease(
      admit(method, input),
      () => generate(resolved as never) as Effect.Effect<{ readonly content: ReadonlyArray<Part> }, AiError.AiError>,
      (call, exit) =>
        Effect.sync(() => {
          if (Exit.isSuccess(exit)) for (const part of exit.value.content) note(call, part)
          else if (isRefused(exit)) call.refused()
          call.settle(nothingKnown)
        })
    )
  })

const streaming = (
  admit: Admit,
  asked: Asked,
  stream: (asked: never) => Stream.Stream<unknown, unknown, unknown>
): Stream.Stream<Part, unknown, unknown> =>
  Stream.unwrap(
    Effect.gen(function* () {
      const { input, resolved } = yield* resolve(asked)
      // With the stream's scope it ends, read or not.
      const call = yield* Effect.acquireRelease(admit("streamText", input), (call) =>
        Effect.sync(() => call.settle(nothingKnown))
      )
      const parts = stream(resolved as never) as Stream.Stream<Part, AiError.AiError>
      return parts.pipe(
        Stream.tap((part) => Effect.sync(() => note(call, part))),
        Stream.onExit((exit) => Effect.sync(() => (isRefused(exit) ? call.refused() : call.settle(nothingKnown))))
      )
    })
  )

/** A toolkit may be an effect that gives it: its tools are part of the prompt. */
const resolve = Effect.fnUntraced(function* (asked: Asked) {
  const toolkit = Effect.isEffect(asked.toolkit) ? yield* asked.toolkit : asked.toolkit
  const schema = asked.schema === undefined ? undefined : Tool.getJsonSchemaFromSchema(asked.schema)
  const input: CallInput = { prompt: asked.prompt, tools: Object.values(toolkit?.tools ?? {}), schema }
  return { input, resolved: toolkit === undefined ? asked : { ...asked, toolkit } }
})

const nothingKnown: KnownTokens = { input: undefined, output: undefined }

/** What a part says of the call: its text, a tool that ran at the provider, the report. */
const note = (call: ModelCall, part: Part): void => {
  if ("delta" in part && typeof part.delta === "string") call.seen(utf8Bytes(part.delta))
  if ((part.type === "text" || part.type === "reasoning") && "text" in part) call.seen(utf8Bytes(part.text))
  if (part.type === "tool-call" && part.providerExecuted) call.called(part.name)
  if (part.type !== "finish") return
  const { inputTokens, outputTokens } = part.usage
  call.settle({
    input: inputTokens.total,
    output: outputTokens.total,
    cacheRead: inputTokens.cacheRead,
    cacheWrite: inputTokens.cacheWrite
  })
}

/** The provider answered with an error's status before any output: it bills nothing. */
const isRefused = (exit: Exit.Exit<unknown, unknown>): boolean => {
  if (Exit.isSuccess(exit)) return false
  return exit.cause.reasons.some(({ _tag, ...reason }) => {
    if (_tag !== "Fail" || !("error" in reason) || !AiError.isAiError(reason.error)) return false
    const failed = reason.error.reason
    const status = "http" in failed ? failed.http?.response?.status : undefined
    return status !== undefined && status >= 400
  })
}

const admitCall = (
  turn: Reservation,
  calls: ModelCalls,
  options: MeteredOptions,
  method: string,
  input: CallInput
): Effect.Effect<ModelCall, AiError.AiError> =>
  Effect.gen(function* () {
    const rates = yield* ratesOf(turn, calls, options)
    const call = yield* checked(() =>
      calls.begin({
        inputTokens: readAmount((options.inputBound ?? promptTokens)(input), "inputBound"),
        outputTokens: readAmount(options.maxOutputTokens, "maxOutputTokens", 1),
        rates,
        toolCalls: options.maxToolCalls
      })
    )
    return yield* turn.ensure(calls.worst()).pipe(
      Effect.flatMap((growth) => (growth.granted ? Effect.succeed(call) : Effect.fail(new QuotaDenied(growth)))),
      Effect.onError(() => Effect.sync(call.refused))
    )
  }).pipe(Effect.mapError((error) => asAiError(method, error)))

const ratesOf = Effect.fnUntraced(function* (turn: Reservation, calls: ModelCalls, { price }: MeteredOptions) {
  if (!calls.counts("microusd")) return undefined
  if (price === undefined)
    return yield* Effect.fail(new InvalidInput("price", "given, since the turn counts microusd", undefined))
  const quote = yield* turn.quote(price.catalog, price)
  if (quote === undefined || quote.assumed === true) return yield* Effect.fail(new UnknownPrice(price))
  return quote.rates
})

/** The errors of a model are `AiError`s: its types leave no room for others. */
const asAiError = (method: string, error: Error): AiError.AiError => {
  const metadata = { tallystick: { message: error.message } }
  const reason =
    error instanceof QuotaDenied
      ? new AiError.QuotaExhaustedError({ metadata })
      : new AiError.UnknownError({ description: error.message, metadata })
  return AiError.make({ module: "Tallystick", method, reason })
}
