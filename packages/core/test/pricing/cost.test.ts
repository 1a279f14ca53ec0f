import * as fc from "fast-check"
import { assert, describe, it } from "vitest"

import { costMicros, InvalidInput, type Rates, usdPerMillion } from "../../src/index.ts"

const rate = fc.integer({ min: 0, max: 100_000_000 })
const tokens = fc.integer({ min: 0, max: 1_000_000_000 })
const tier = fc.record(
  {
    inputMicrosPerMillion: rate,
    outputMicrosPerMillion: rate,
    cachedInputMicrosPerMillion: rate,
    cacheWriteMicrosPerMillion: rate
  },
  { requiredKeys: ["inputMicrosPerMillion", "outputMicrosPerMillion"] }
)
const longInput = fc.array(
  fc.tuple(tier, tokens).map(([rates, aboveInputTokens]) => ({ ...rates, aboveInputTokens })),
  { maxLength: 3 }
)
const rates: fc.Arbitrary<Rates> = fc.tuple(tier, longInput).map(([base, longInput]) => ({ ...base, longInput }))
const usage = fc
  .tuple(tokens, tokens, tokens, tokens)
  .map(([plainTokens, cachedInputTokens, cacheWriteTokens, outputTokens]) => ({
    inputTokens: plainTokens + cachedInputTokens + cacheWriteTokens,
    cachedInputTokens,
    cacheWriteTokens,
    outputTokens
  }))

/** The exact cost in picos, written once more in another way. */
const exactPicos = (used: typeof usage extends fc.Arbitrary<infer A> ? A : never, all: Rates): bigint => {
  const passed = (all.longInput ?? []).filter((tier) => used.inputTokens > tier.aboveInputTokens)
  const highest = Math.max(-1, ...passed.map((tier) => tier.aboveInputTokens))
  const rates = passed.find((tier) => tier.aboveInputTokens === highest) ?? all
  const prices = [
    [used.cachedInputTokens, rates.cachedInputMicrosPerMillion ?? rates.inputMicrosPerMillion],
    [used.cacheWriteTokens, rates.cacheWriteMicrosPerMillion ?? rates.inputMicrosPerMillion],
    [used.inputTokens - used.cachedInputTokens - used.cacheWriteTokens, rates.inputMicrosPerMillion],
    [used.outputTokens, rates.outputMicrosPerMillion]
  ] as const
  return prices.reduce((sum, [count, price]) => sum + BigInt(count) * BigInt(price), 0n)
}

describe("costMicros", () => {
  it("is never below the exact value, and less than one micro above it", () => {
    fc.assert(
      fc.property(usage, rates, (used, rates) => {
        const exact = exactPicos(used, rates)
        const above = BigInt(costMicros(used, rates)) * 1_000_000n - exact
        assert.isTrue(above >= 0n && above < 1_000_000n, `${above} picos above`)
      })
    )
  })

  it("adds the tools that are billed by the call; one without a price is refused, not free", () => {
    const rates = { inputMicrosPerMillion: 1, outputMicrosPerMillion: 1, toolMicros: { web_search: 10_000, look: 0 } }
    const usage = { inputTokens: 1, outputTokens: 0, toolCalls: { web_search: 3, look: 7 } }
    assert.strictEqual(costMicros(usage, rates), 30_001)
    const unpriced = { ...usage, toolCalls: { file_search: 1 } }
    assert.throws(() => costMicros(unpriced, rates), InvalidInput, "usage.toolCalls.file_search must be priced")
    assert.strictEqual(costMicros({ ...usage, toolCalls: { file_search: 0 } }, rates), 1)
    assert.throws(() => costMicros({ ...usage, toolCalls: { constructor: 1 } }, rates), InvalidInput)
    assert.throws(() => costMicros({ ...usage, toolCalls: { look: -1 } }, rates), InvalidInput, "usage.toolCalls.look")
  })

  it("rounds a call up once, not each of its parts", () => {
    const third = { inputMicrosPerMillion: 1, outputMicrosPerMillion: 1 }
    assert.strictEqual(costMicros({ inputTokens: 1, outputTokens: 1 }, third), 1)
    assert.strictEqual(costMicros({ inputTokens: 500_000, outputTokens: 500_000 }, third), 1)
    assert.strictEqual(costMicros({ inputTokens: 500_000, outputTokens: 500_001 }, third), 2)
    assert.strictEqual(costMicros({ inputTokens: 0, outputTokens: 0 }, third), 0)
  })

  it("has no floating point in it", () => {
    // 0.25 * 410 = 102.5, which half-even rounding made 102; and a sum that a double cannot hold.
    assert.strictEqual(
      costMicros({ inputTokens: 410, outputTokens: 0 }, { inputMicrosPerMillion: 250_000, outputMicrosPerMillion: 0 }),
      103
    )
    const dear = { inputMicrosPerMillion: 999_999_999_999, outputMicrosPerMillion: 1 }
    assert.strictEqual(costMicros({ inputTokens: 9_007_199_253, outputTokens: 1 }, dear), 9_007_199_252_990_993)
  })

  it("prices the whole call by the tier of its input", () => {
    const sonnet: Rates = {
      inputMicrosPerMillion: 3_000_000,
      outputMicrosPerMillion: 15_000_000,
      longInput: [{ aboveInputTokens: 200_000, inputMicrosPerMillion: 6_000_000, outputMicrosPerMillion: 22_500_000 }]
    }
    assert.strictEqual(costMicros({ inputTokens: 200_000, outputTokens: 1_000 }, sonnet), 615_000)
    assert.strictEqual(costMicros({ inputTokens: 200_001, outputTokens: 1_000 }, sonnet), 1_222_506)
  })

  it("refuses what is no usage", () => {
    const rates = { inputMicrosPerMillion: 1, outputMicrosPerMillion: 1 }
    const cases = [
      [{ inputTokens: -1, outputTokens: 0 }, "usage.inputTokens"],
      [{ inputTokens: 1, outputTokens: 0.5 }, "usage.outputTokens"],
      [{ inputTokens: 1, outputTokens: 0, cachedInputTokens: 2 }, "usage.cachedInputTokens"],
      [{ inputTokens: 3, outputTokens: 0, cachedInputTokens: 2, cacheWriteTokens: 2 }, "usage.cacheWriteTokens"]
    ] as const
    for (const [used, field] of cases) assert.throws(() => costMicros(used, rates), InvalidInput, `${field} must be`)
    const most = { inputMicrosPerMillion: 1_000_000_000_000, outputMicrosPerMillion: 0 }
    assert.throws(() => costMicros({ inputTokens: 2 ** 53 - 1, outputTokens: 0 }, most), InvalidInput, "2^53 - 1")
  })
})

describe("usdPerMillion", () => {
  it("is exact for every price with at most six decimals", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1_000_000_000 }), (micros) => {
        assert.strictEqual(usdPerMillion(Number(`${micros}e-6`)), micros)
      })
    )
    assert.strictEqual(usdPerMillion(1.25), 1_250_000)
  })

  it("refuses what is finer, negative or no number", () => {
    for (const usd of [0.000_000_5, -1, Number.NaN, Infinity]) assert.throws(() => usdPerMillion(usd), InvalidInput)
  })
})
