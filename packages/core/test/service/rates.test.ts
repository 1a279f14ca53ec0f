/**
 * A call ends at the rates that it was reserved at, whatever the catalogue says meanwhile.
 */
import { assert, describe, it } from "vitest"

import {
  costMicros,
  estimateMicros,
  type JournalEntry,
  type Limit,
  memoryJournal,
  type PriceCatalog,
  registered,
  staticPrices
} from "../../src/index.ts"
import { rejection } from "./rejection.ts"
import { makeWorld } from "./world.ts"

const credit: Limit = { account: "user:ada", unit: "microusd", limit: 1_000_000 }
const usage = { inputTokens: 1_000, outputTokens: 100 }

/** A catalogue that is updated to ten times the prices. */
const updated = (): { readonly catalog: PriceCatalog; readonly update: () => void } => {
  const priced = (factor: number) =>
    staticPrices({
      "gpt-5": { inputMicrosPerMillion: factor * 1_000_000, outputMicrosPerMillion: factor * 10_000_000 },
      small: { inputMicrosPerMillion: factor * 100_000, outputMicrosPerMillion: factor * 100_000 }
    })
  let now = priced(1)
  return { catalog: { quote: (query) => now.quote(query) }, update: () => (now = priced(10)) }
}

const opened = async (catalog: PriceCatalog, world = makeWorld()) => {
  const { micros, quote } = estimateMicros({ catalog, model: "gpt-5", promptBytes: 2_000, maxOutputTokens: 1_000 })
  const request = { requestId: "r", limits: [credit], estimate: { microusd: micros }, quotes: [quote!] }
  const turn = await world.quota.open(request)
  if (!turn.granted) throw new Error(turn.message)
  return { world, turn, request }
}

describe("the rates of a turn", () => {
  it("are those of its estimate, though the catalogue is updated before it ends", async () => {
    const { catalog, update } = updated()
    const { turn, world } = await opened(catalog)
    update()
    const quote = turn.quote(catalog, { model: "gpt-5" })
    await turn.finalize({ microusd: costMicros(usage, quote!.rates) })
    assert.deepEqual(await world.numbers(credit), [2_000, 0])
  })

  it("of a model that it turns to later are those of the first time", async () => {
    const { catalog, update } = updated()
    const { turn } = await opened(catalog)
    const first = turn.quote(catalog, { model: "small" })
    update()
    assert.deepEqual(turn.quote(catalog, { model: "small" }), first)
    assert.notDeepEqual(turn.quote(catalog, { model: "small", provider: "azure" })?.version, first?.version)
    assert.isUndefined(turn.quote(catalog, { model: "nobody's" }))
  })

  it("go with its handle to another process, after a restart", async () => {
    const { catalog, update } = updated()
    const { turn, world } = await opened(catalog)
    const text = JSON.stringify(turn.handle())
    update()
    const other = makeWorld({ store: world.store, clock: world.clock })
    const resumed = await other.quota.resume(JSON.parse(text))
    assert.strictEqual(costMicros(usage, resumed.quote(catalog, { model: "gpt-5" })!.rates), 2_000)
  })

  it("are handed on by whoever resumes or ends it by the id alone", async () => {
    const { catalog, update } = updated()
    const { request, world } = await opened(catalog)
    const kept = JSON.parse(JSON.stringify(request.quotes)) as typeof request.quotes
    update()
    const resumed = await world.quota.resume({ ...request, quotes: kept })
    assert.strictEqual(costMicros(usage, resumed.quote(catalog, { model: "gpt-5" })!.rates), 2_000)
    await world.quota.finalize({
      requestId: "r",
      limits: [credit],
      used: { microusd: costMicros(usage, kept[0]!.rates) }
    })
    assert.deepEqual(await world.numbers(credit), [2_000, 0])
  })

  it("stand with their version in the journal, whose amounts are reckoned by them", async () => {
    const { catalog } = updated()
    const entries: Array<JournalEntry> = []
    const inner = memoryJournal()
    const journal = { ...inner, record: (entry: JournalEntry) => (entries.push(entry), inner.record(entry)) }
    const { turn, world } = await opened(catalog, makeWorld({ journal, settleWithinMs: 0 }))
    world.store.always("finalize", "refuse")
    await turn.finalize({ microusd: costMicros(usage, turn.quote(catalog, { model: "gpt-5" })!.rates) })
    const [entry] = JSON.parse(JSON.stringify(entries)) as typeof entries
    assert.deepEqual(entry!.ending.rates, [turn.handle().quotes![0]!.version])
    assert.strictEqual(entry!.ending.legs[0]!.amount, 2_000)
  })

  it("come from the preset's estimate as well, tiers and tools included", async () => {
    const rates = {
      inputMicrosPerMillion: 1_000_000,
      outputMicrosPerMillion: 1_000_000,
      toolMicros: { web_search: 10_000 },
      longInput: [{ aboveInputTokens: 1_000, inputMicrosPerMillion: 2_000_000, outputMicrosPerMillion: 2_000_000 }]
    }
    const users = registered()
    const estimate = users.estimate({ catalog: staticPrices({ m: rates }), model: "m", reserveTokens: 4_000 })
    assert.strictEqual(estimate.micros, 8_000)
    assert.deepInclude(estimate.quote!.rates, { toolMicros: { web_search: 10_000 } })
    const request = users.request({ user: "ada", estimate: { microusd: estimate.micros }, quotes: [estimate.quote!] })
    assert.deepEqual(request.quotes, [estimate.quote!])
  })

  it("are checked where they come from outside", async () => {
    const { catalog } = updated()
    const { request, world } = await opened(catalog)
    const bad = (change: object) => world.quota.open({ ...request, quotes: [{ ...request.quotes[0]!, ...change }] })
    for (const [change, field] of [
      [{ rates: { inputMicrosPerMillion: -1, outputMicrosPerMillion: 1 } }, "quotes[0].rates.inputMicrosPerMillion"],
      [{ model: 5 }, "quotes[0].model"],
      [{ price: 5 }, "quotes[0].price"]
    ] as const)
      assert.deepInclude((await rejection(bad(change))) as object, { _tag: "InvalidInput", field })
    const damaged: PriceCatalog = {
      quote: () => ({ rates: { inputMicrosPerMillion: NaN, outputMicrosPerMillion: 1 } })
    }
    const turn = await world.quota.open({ limits: [credit], estimate: { microusd: 1 } })
    if (!turn.granted) throw new Error(turn.message)
    assert.throws(() => turn.quote(damaged, { model: "m" }), "quote.rates.inputMicrosPerMillion must be")
  })
})
