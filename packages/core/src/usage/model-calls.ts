/**
 * The model calls of a turn that run now, for wrappers of SDKs. A call is settled once: by its report, or as unknown by whoever ends it.
 */
import type { WhenUnknown } from "../machine/command.ts"
import { boundMicros } from "../pricing/bound.ts"
import { costMicros } from "../pricing/cost.ts"
import type { Rates } from "../pricing/rates.ts"
import type { Amounts } from "../service/limit.ts"

/** What a call may use at most, and the rates that price it: they are read once, before it. */
export interface CallBound {
  readonly inputTokens: number
  readonly outputTokens: number
  /** Needed where the turn counts `microusd`. */
  readonly rates?: Rates | undefined
  /** Calls of tools that the provider bills, at most. */
  readonly toolCalls?: Readonly<Record<string, number>> | undefined
}

/** Token counts that are known by now; undefined: nobody said. */
export interface KnownTokens {
  readonly input: number | undefined
  readonly output: number | undefined
  readonly cacheRead?: number | undefined
  readonly cacheWrite?: number | undefined
}

/** A model call that runs. */
export interface ModelCall {
  /** Bytes of output that were seen: the least that an unknown output is charged. */
  readonly seen: (bytes: number) => void
  /** A tool was called that ran at the provider. */
  readonly called: (tool: string) => void
  /** Ends it with what is known. What is not is charged by the turn's `whenUnknown`. Only the first counts. */
  readonly settle: (known: KnownTokens) => void
  /** Ends it as one that was not sent, or that the provider refused: nothing was used. */
  readonly refused: () => void
}

const nothingKnown: KnownTokens = { input: undefined, output: undefined }

/**
 * The calls of one turn.
 *
 * @example
 * const calls = new ModelCalls({ units: turn.handle().units, whenUnknown: "charge-measured", used: turn.used })
 * const call = calls.begin({ inputTokens: 900, outputTokens: 500 })
 * const growth = await turn.ensure(calls.worst()) // beside those that run at the same time
 * call.settle({ input: 812, output: 97 })
 */
export class ModelCalls {
  readonly #units: ReadonlySet<string>
  readonly #whenUnknown: WhenUnknown
  readonly #used: (usage: Amounts) => void
  readonly #running = new Map<ModelCall, Amounts>()

  constructor(turn: {
    /** The units that the turn counts. */
    readonly units: Iterable<string>
    readonly whenUnknown: WhenUnknown
    /** Is told what each call used. */
    readonly used: (usage: Amounts) => void
  }) {
    this.#units = new Set(turn.units)
    this.#whenUnknown = turn.whenUnknown
    this.#used = turn.used
  }

  /** Whether a limit counts in it. */
  counts(unit: string): boolean {
    return this.#units.has(unit)
  }

  /** A call begins; it counts among `worst` until it ends. Throws `InvalidInput` for bounds that are no amounts. */
  begin(bound: CallBound): ModelCall {
    const call = this.#newCall(bound)
    this.#running.set(call, worstOf(this.#units, bound))
    return call
  }

  /** What all calls that run may use at most: what the turn must hold beside what was used. */
  worst(): Amounts {
    const total: Record<string, number> = {}
    for (const amounts of this.#running.values())
      for (const [unit, amount] of Object.entries(amounts)) total[unit] = (total[unit] ?? 0) + amount
    return total
  }

  /** Settles all calls that still run as unknown. */
  abandon(): void {
    for (const call of this.#running.keys()) call.settle(nothingKnown)
  }

  #newCall(bound: CallBound): ModelCall {
    let bytes = 0
    const toolCalls: Record<string, number> = {}
    const call: ModelCall = {
      seen: (more) => {
        bytes += more
      },
      called: (tool) => {
        // What has no price is billed with the tokens, or by nobody.
        if (Object.hasOwn(bound.rates?.toolMicros ?? {}, tool)) toolCalls[tool] = (toolCalls[tool] ?? 0) + 1
      },
      settle: (known) => {
        if (!this.#running.delete(call)) return
        const isUnknown = known.input === undefined && known.output === undefined
        if (isUnknown && this.#whenUnknown === "refund") return
        const seen = this.#whenUnknown === "charge-held" ? bound.outputTokens : Math.min(bytes, bound.outputTokens)
        const tokens = { ...known, input: known.input ?? bound.inputTokens, output: known.output ?? seen }
        this.#used(amountsOf(this.#units, tokens, toolCalls, bound.rates))
      },
      refused: () => {
        this.#running.delete(call)
      }
    }
    return call
  }
}

/** The most that a call may use, in the turn's units. */
const worstOf = (units: ReadonlySet<string>, bound: CallBound): Amounts => {
  const amounts: Record<string, number> = {}
  if (units.has("tokens")) amounts["tokens"] = bound.inputTokens + bound.outputTokens
  if (units.has("microusd") && bound.rates !== undefined) amounts["microusd"] = boundMicros(bound, bound.rates)
  return amounts
}

/** Amounts in the turn's units: `tokens` is input and output, `microusd` what they cost. */
const amountsOf = (
  units: ReadonlySet<string>,
  tokens: KnownTokens & { readonly input: number; readonly output: number },
  toolCalls: Readonly<Record<string, number>>,
  rates: Rates | undefined
): Amounts => {
  const amounts: Record<string, number> = {}
  if (units.has("tokens")) amounts["tokens"] = tokens.input + tokens.output
  if (units.has("microusd") && rates !== undefined) {
    // A report whose parts exceed their whole must not break the end of a call.
    const cached = Math.min(tokens.cacheRead ?? 0, tokens.input)
    amounts["microusd"] = costMicros(
      {
        inputTokens: tokens.input,
        outputTokens: tokens.output,
        cachedInputTokens: cached,
        cacheWriteTokens: Math.min(tokens.cacheWrite ?? 0, tokens.input - cached),
        toolCalls
      },
      rates
    )
  }
  return amounts
}
