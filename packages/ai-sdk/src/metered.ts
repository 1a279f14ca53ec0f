/**
 * A language model whose every call is reserved before and measured after.
 */
import { APICallError } from "@ai-sdk/provider"
import type {
  LanguageModelV4,
  LanguageModelV4CallOptions,
  LanguageModelV4Middleware,
  LanguageModelV4StreamPart
} from "@ai-sdk/provider"
import {
  InvalidInput,
  type PriceCatalog,
  type Rates,
  type Reservation,
  UnknownPrice,
  utf8Bytes
} from "@tallystick/core"
import type { CallBound, ModelCall } from "@tallystick/core/usage"
import { wrapLanguageModel } from "ai"

import { admitCall, callsOf } from "./calls.ts"
import { knownTokens, promptTokens } from "./observed.ts"

/** The output cap of a call that names none. */
export const DEFAULT_MAX_OUTPUT_TOKENS = 4_096

export interface MeteredOptions {
  /** What a call may answer that sets no `maxOutputTokens`; it is sent with it. Default 4,096. */
  readonly maxOutputTokens?: number | undefined
  /** Prices; needed if a limit of the turn counts `microusd`. A rate that is only assumed counts as unknown. */
  readonly catalog?: PriceCatalog | undefined
  /**
   * How often tools may be called that the provider runs and bills each, by the names that the rates give them
   * (`toolMicros`): `{ web_search: 5 }`. Tell the provider the same (`maxUses`). Default: none is expected; what is
   * called nevertheless is counted.
   */
  readonly maxToolCalls?: Readonly<Record<string, number>> | undefined
  /** A bound of a call's input tokens. Default: `promptTokens`, its bytes. */
  readonly inputBound?: ((options: LanguageModelV4CallOptions) => number) | undefined
}

/**
 * The model, metered by a turn: before each call the hold grows to what it may use at most, after it the turn hears
 * what it used. Each attempt of a retry and each step of a tool loop is a call. It does not end the turn:
 * `quota.guard`, `streamed` or you do.
 *
 * A call that does not fit rejects with `QuotaDenied`, and nothing is sent.
 *
 * @example
 * const { text } = await quota.guard({ limits: [daily], estimate: { tokens: 4_000 } }, (turn) =>
 *   generateText({ model: metered(model, turn), prompt: "Why is the sky blue?" })
 * )
 */
export const metered = (model: LanguageModelV4, turn: Reservation, options: MeteredOptions = {}): LanguageModelV4 =>
  wrapLanguageModel({ model, middleware: meteredMiddleware(turn, options) })

/**
 * `metered` as a middleware, for `wrapLanguageModel`.
 *
 * @example
 * const model = wrapLanguageModel({ model: openai("gpt-5"), middleware: [meteredMiddleware(turn), logging] })
 */
export const meteredMiddleware = (turn: Reservation, options: MeteredOptions = {}): LanguageModelV4Middleware => ({
  specificationVersion: "v4",
  transformParams: async ({ params }) => ({
    ...params,
    maxOutputTokens: params.maxOutputTokens ?? options.maxOutputTokens ?? DEFAULT_MAX_OUTPUT_TOKENS,
    // A caller who forgets the signal would keep a model busy for a turn that has ended.
    abortSignal: params.abortSignal === undefined ? turn.signal : AbortSignal.any([params.abortSignal, turn.signal])
  }),
  wrapGenerate: async ({ doGenerate, model, params }) => {
    const call = await admitCall(turn, boundOf(turn, model, params, options))
    const result = await settleOnThrow(call, doGenerate)
    call.seen(utf8Bytes(JSON.stringify(result.content)))
    for (const part of result.content) noteTool(call, part)
    call.settle(knownTokens(result.usage))
    return result
  },
  wrapStream: async ({ doStream, model, params }) => {
    const call = await admitCall(turn, boundOf(turn, model, params, options))
    const result = await settleOnThrow(call, doStream)
    // Aborted while nobody reads: a tee passes no cancel on, so that the signal is all that is heard.
    const abandon = () => call.settle(knownTokens(undefined))
    params.abortSignal?.addEventListener("abort", abandon, { once: true })
    if (params.abortSignal?.aborted === true) abandon()
    return { ...result, stream: meteredStream(result.stream, call) }
  }
})

const settleOnThrow = async <A>(call: ModelCall, run: () => PromiseLike<A>): Promise<A> => {
  try {
    return await run()
  } catch (error) {
    // An answer with a status came before any output: the provider refused, and bills nothing.
    if (APICallError.isInstance(error) && error.statusCode !== undefined && error.statusCode >= 400) call.refused()
    else call.settle(knownTokens(undefined))
    throw error
  }
}

const boundOf = (
  turn: Reservation,
  model: LanguageModelV4,
  params: LanguageModelV4CallOptions,
  options: MeteredOptions
): CallBound => ({
  inputTokens: (options.inputBound ?? promptTokens)(params),
  outputTokens: params.maxOutputTokens ?? DEFAULT_MAX_OUTPUT_TOKENS,
  rates: ratesOf(turn, model, options.catalog),
  toolCalls: options.maxToolCalls
})

/** A tool that ran at the provider, which may bill it; others are the caller's own. */
const noteTool = (call: ModelCall, part: { readonly type: string }): void => {
  if (part.type !== "tool-call" || !("providerExecuted" in part) || part.providerExecuted !== true) return
  if ("toolName" in part && typeof part.toolName === "string") call.called(part.toolName)
}

const ratesOf = (turn: Reservation, model: LanguageModelV4, catalog: PriceCatalog | undefined): Rates | undefined => {
  if (!callsOf(turn).counts("microusd")) return undefined
  if (catalog === undefined) throw new InvalidInput("catalog", "given, since the turn counts microusd", undefined)
  const query = { model: model.modelId, provider: model.provider }
  // Kept with the turn: a catalogue that is updated meanwhile prices its other calls no differently.
  const quote = turn.quote(catalog, query)
  if (quote === undefined || quote.assumed === true) throw new UnknownPrice(query)
  return quote.rates
}

/** By hand, not a TransformStream: that one hears neither a cancel before its first read nor an error behind it. */
const meteredStream = (
  source: ReadableStream<LanguageModelV4StreamPart>,
  call: ModelCall
): ReadableStream<LanguageModelV4StreamPart> => {
  const reader = source.getReader()
  const unknown = () => call.settle(knownTokens(undefined))
  return new ReadableStream<LanguageModelV4StreamPart>({
    pull: async (controller) => {
      try {
        const next = await reader.read()
        if (next.done) {
          unknown()
          controller.close()
          return
        }
        const part = next.value
        if ("delta" in part) call.seen(utf8Bytes(part.delta))
        noteTool(call, part)
        if (part.type === "finish") call.settle(knownTokens(part.usage))
        controller.enqueue(part)
      } catch (error) {
        unknown()
        controller.error(error)
      }
    },
    cancel: async (reason) => {
      // Before the reader: its pending read would end as if the stream had.
      unknown()
      await reader.cancel(reason)
    }
  })
}
