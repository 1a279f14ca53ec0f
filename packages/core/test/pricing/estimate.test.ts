import * as fc from "fast-check"
import { assert, describe, it } from "vitest"

import {
  costMicros,
  estimateMicros,
  type EstimateOptions,
  InvalidInput,
  type PriceCatalog,
  staticPrices,
  UnknownPrice
} from "../../src/index.ts"

const catalog = staticPrices({
  opus: { inputMicrosPerMillion: 15_000_000, outputMicrosPerMillion: 75_000_000 },
  free: { inputMicrosPerMillion: 0, outputMicrosPerMillion: 0 },
  small: { inputMicrosPerMillion: 250_000, outputMicrosPerMillion: 0, maxOutputTokens: 100 },
  tiered: {
    inputMicrosPerMillion: 9_000_000,
    outputMicrosPerMillion: 1_000_000,
    cacheWriteMicrosPerMillion: 11_000_000,
    // Cheaper input, dearer output: the bound must cover both sides of the cliff.
    longInput: [{ aboveInputTokens: 100, inputMicrosPerMillion: 2_000_000, outputMicrosPerMillion: 5_000_000 }]
  }
})

const estimate = (options: Partial<EstimateOptions>) =>
  estimateMicros({ catalog, model: "opus", promptBytes: 4_000, maxOutputTokens: 4_000, ...options })

describe("estimateMicros", () => {
  it("prices all input and all output that may come", () => {
    assert.deepInclude(estimate({}), { micros: 360_000, priceKnown: true, capped: false })
    assert.strictEqual(estimate({ choices: 2 }).micros, 660_000)
    assert.strictEqual(estimate({ model: "small", promptBytes: 410, maxOutputTokens: undefined }).micros, 103)
  })

  it("prices the tools that may be called, and refuses one without a price", () => {
    const rates = { inputMicrosPerMillion: 0, outputMicrosPerMillion: 0, toolMicros: { web_search: 10_000, look: 0 } }
    const tools = staticPrices({ opus: rates })
    const asked = { catalog: tools, maxToolCalls: { web_search: 5, look: 3 } }
    assert.strictEqual(estimate(asked).micros, 50_000)
    assert.throws(
      () => estimate({ catalog: tools, maxToolCalls: { file_search: 1 } }),
      InvalidInput,
      "maxToolCalls.file_search must be priced by the rates"
    )
    assert.strictEqual(estimate({ catalog: tools, maxToolCalls: { file_search: 0 } }).micros, 100)
  })

  it("says which rates it goes by", () => {
    const { quote } = estimate({ provider: "anthropic" })
    assert.deepInclude(quote, { model: "opus", provider: "anthropic", assumed: false })
    assert.deepEqual(
      JSON.parse(JSON.stringify(quote)),
      JSON.parse(JSON.stringify(estimate({ provider: "anthropic" }).quote))
    )
    assert.match(quote!.version, /^[0-9a-f]{16}$/)
    assert.notStrictEqual(estimate({ model: "small" }).quote!.version, quote!.version)
  })

  it("keeps to floor and ceiling", () => {
    assert.deepInclude(estimate({ model: "free" }), { micros: 100, priceKnown: true, capped: false })
    assert.deepInclude(estimate({ promptBytes: 1_000_000_000 }), { micros: 1_000_000, priceKnown: true, capped: true })
    assert.strictEqual(estimate({ promptBytes: 1, maxOutputTokens: 1, floorMicros: 7 }).micros, 90)
    assert.strictEqual(estimate({ ceilingMicros: 5_000 }).micros, 5_000)
    assert.strictEqual(estimate({ floorMicros: 2_000_000 }).micros, 2_000_000)
    assert.throws(() => estimate({ floorMicros: 60, ceilingMicros: 50 }), InvalidInput, "ceilingMicros must be")
    assert.throws(() => estimate({ floorMicros: 0 }), InvalidInput, "floorMicros must be")
  })

  it("denies an unknown model, or reserves the floor and says so", () => {
    const heard: Array<unknown> = []
    const observer = { unknownPrice: (event: unknown) => heard.push(event) }
    assert.throws(() => estimate({ model: "gpt-99", observer }), UnknownPrice, '"gpt-99"')
    assert.deepEqual(estimate({ model: "gpt-99", onUnknownModel: "floor", provider: "azure", observer }), {
      micros: 100,
      priceKnown: false,
      quote: null,
      capped: false
    })
    assert.deepEqual(heard, [
      { model: "gpt-99", provider: undefined, policy: "deny" },
      { model: "gpt-99", provider: "azure", policy: "floor" }
    ])
    // What every object has is no model.
    assert.throws(() => estimate({ model: "constructor" }), UnknownPrice)
  })

  it("takes a price that is only assumed for unknown", () => {
    const assumed: PriceCatalog = { quote: () => ({ rates: catalog.quote({ model: "opus" })!.rates, assumed: true }) }
    assert.throws(() => estimate({ catalog: assumed }), UnknownPrice)
    const floor = estimate({ catalog: assumed, onUnknownModel: "floor" })
    assert.deepInclude(floor, { micros: 360_000, priceKnown: false, capped: false })
    assert.isTrue(floor.quote?.assumed)
  })

  it("is not broken by its observer", () => {
    const observer = {
      unknownPrice: () => {
        throw new Error("observer")
      }
    }
    assert.strictEqual(estimate({ model: "gpt-99", onUnknownModel: "floor", observer }).micros, 100)
  })

  it("needs bounds for input and output", () => {
    assert.throws(() => estimate({ promptBytes: undefined }), InvalidInput, "prompt must be")
    assert.throws(() => estimate({ maxOutputTokens: undefined }), InvalidInput, "maxOutputTokens must be")
    assert.throws(() => estimate({ promptBytes: -1 }), InvalidInput, "promptBytes must be")
    assert.strictEqual(estimate({ promptBytes: undefined, prompt: "hello", maxOutputTokens: 0 }).micros, 16 * 15)
  })

  it("takes the dearest of all tiers that the input may select", () => {
    assert.strictEqual(estimate({ model: "tiered", promptBytes: 100, maxOutputTokens: 1_000 }).micros, 1_100 + 1_000)
    assert.strictEqual(estimate({ model: "tiered", promptBytes: 101, maxOutputTokens: 1_000 }).micros, 1_111 + 5_000)
  })

  it("is never below the cost of a call within its bounds", () => {
    const share = fc.double({ min: 0, max: 1, noNaN: true })
    const arbitrary = fc.record({
      promptBytes: fc.integer({ min: 0, max: 1_000 }),
      maxOutputTokens: fc.integer({ min: 0, max: 10_000 }),
      input: share,
      output: share,
      written: share
    })
    fc.assert(
      fc.property(arbitrary, ({ input, maxOutputTokens, output, promptBytes, written }) => {
        const { micros } = estimate({
          model: "tiered",
          promptBytes,
          maxOutputTokens,
          ceilingMicros: 10 ** 12,
          floorMicros: 1
        })
        const inputTokens = Math.floor(promptBytes * input)
        const usage = {
          inputTokens,
          cacheWriteTokens: Math.floor(inputTokens * written),
          outputTokens: Math.floor(maxOutputTokens * output)
        }
        assert.isAtLeast(micros, costMicros(usage, catalog.quote({ model: "tiered" })!.rates))
      })
    )
  })
})

describe("staticPrices", () => {
  it("refuses what is no price, naming model and field", () => {
    const rates = { inputMicrosPerMillion: 1, outputMicrosPerMillion: 1 }
    const cases: ReadonlyArray<readonly [object, string]> = [
      [{ m: { inputMicrosPerMillion: 1 } }, 'table["m"].outputMicrosPerMillion must be'],
      [{ m: { ...rates, inputMicrosPerMillion: 1.25 } }, 'table["m"].inputMicrosPerMillion must be'],
      [{ m: { ...rates, inputMicros: 1 } }, 'table["m"].inputMicros must be'],
      [{ m: { ...rates, maxOutputTokens: 0 } }, 'table["m"].maxOutputTokens must be'],
      [{ m: { ...rates, longInput: [rates] } }, 'table["m"].longInput[0].aboveInputTokens must be'],
      [{ m: null }, 'table["m"] must be']
    ]
    for (const [table, message] of cases) assert.throws(() => staticPrices(table as never), InvalidInput, message)
  })

  it("copies the table", () => {
    const table = { m: { inputMicrosPerMillion: 5, outputMicrosPerMillion: 5 } }
    const prices = staticPrices(table)
    table.m.inputMicrosPerMillion = 6
    assert.strictEqual(prices.quote({ model: "m" })?.rates.inputMicrosPerMillion, 5)
  })
})
