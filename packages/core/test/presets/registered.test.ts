/** The rows of the original's behaviour table that are about registered users, and the vectors measured on it. */
import { assert, describe, it } from "vitest"

import { memoryStore } from "../../../adapter-memory/src/index.ts"
import { createQuota, InvalidInput, type PriceCatalog, registered, staticPrices } from "../../src/index.ts"
import { manualClock } from "../service/manual-clock.ts"
import { denied, granted } from "./given.ts"

const world = (options = {}) => {
  const clock = manualClock()
  const quota = createQuota({ store: memoryStore(), clock })
  const users = registered({ creditMicros: 1_000, ...options })
  const open = async (microusd: number, user = "ada") => users.open(quota, { user, estimate: { microusd } })
  const numbers = async () => {
    const { reserved, spendable, status, used } = await users.usage(quota, "ada")
    return [used, reserved, spendable, status]
  }
  return { clock, quota, users, open, numbers }
}
const fieldOf = (run: () => unknown): string => {
  try {
    run()
  } catch (error) {
    if (error instanceof InvalidInput) return error.field
    throw error
  }
  return "taken"
}

describe("estimate_call_reserve_micros", () => {
  const perMillion = (input: number, output: number) => ({
    inputMicrosPerMillion: input,
    outputMicrosPerMillion: output
  })
  const catalog = staticPrices({
    opus: perMillion(15_000_000, 75_000_000),
    input: perMillion(1_000_000, 0),
    free: perMillion(0, 0),
    half: perMillion(250_000, 0)
  })
  const micros = (model: string, reserveTokens?: number | null, options = {}) =>
    registered(options).estimate({ catalog, model, reserveTokens }).micros

  for (const [model, tokens, expected] of [
    ["opus", 4_000, 360_000],
    ["opus", undefined, 720_000],
    ["opus", null, 720_000],
    ["opus", 0, 720_000],
    ["opus", -1, 720_000],
    ["opus", 1, 100],
    ["opus", 10 ** 9, 1_000_000],
    ["input", 4_000, 4_000],
    ["free", 4_000, 100],
    ["unknown", 4_000, 100],
    ["", 4_000, 100],
    // The original rounds half to even and gives 102; a bound rounds up.
    ["half", 410, 103]
  ] as const)
    it(`vector: ${model || '""'}, ${String(tokens)} tokens: ${expected}`, () =>
      assert.strictEqual(micros(model, tokens), expected))

  it("vector: NaN, infinite and negative prices: 100, and it says that the price is not known", () => {
    for (const rate of [Number.NaN, Infinity, -1, 1.5]) {
      const broken: PriceCatalog = { quote: () => ({ rates: perMillion(rate, 1) }) }
      assert.deepEqual(registered().estimate({ catalog: broken, model: "m", reserveTokens: 4_000 }), {
        micros: 100,
        priceKnown: false,
        quote: null,
        capped: false
      })
    }
  })

  it("says that a price is known, and that the ceiling cut it", () => {
    assert.deepInclude(registered().estimate({ catalog, model: "free" }), { micros: 100, priceKnown: true })
    assert.deepInclude(registered().estimate({ catalog, model: "opus", reserveTokens: 20_000 }), { capped: true })
  })

  it("takes no part of a token (the original gives 135 for 1.5)", () =>
    assert.strictEqual(
      fieldOf(() => micros("opus", 1.5)),
      "reserveTokens"
    ))

  it("holds floor and ceiling apart (E4)", () => {
    assert.strictEqual(
      fieldOf(() => registered({ ceilingMicros: 50 })),
      "ceilingMicros"
    )
    assert.strictEqual(micros("opus", 4_000, { ceilingMicros: 500 }), 500)
  })
})

describe("premium_reserve", () => {
  it("vector: 1000 of 1000 is admitted, and nothing is spendable then", async () => {
    const { numbers, open } = world()
    const turn = granted(await open(1_000))
    assert.deepInclude(turn.accounts[0], { reserved: 1_000, used: 0, spendable: 0, status: "blocked" })
    assert.deepEqual(await numbers(), [0, 1_000, 0, "blocked"])
    denied(await open(1))
  })

  it("vector: 50 at once, 100 each, of 1000: exactly 10", async () => {
    const { open } = world()
    const turns = await Promise.all(Array.from({ length: 50 }, async () => open(100)))
    assert.lengthOf(
      turns.filter((turn) => turn.granted),
      10
    )
  })

  it("warns from 80 % on", async () => {
    const { open } = world()
    assert.strictEqual(granted(await open(799)).accounts[0]!.status, "ok")
    assert.strictEqual(granted(await open(1)).accounts[0]!.status, "warning")
  })

  it("tells an unknown user from one without credit (P9)", async () => {
    const { open, quota, users } = world({ creditMicros: "stored" })
    assert.strictEqual(denied(await open(1)).reason, "unknown")
    await quota.setLimit({ ...users.limit("ada"), limit: 100 })
    await quota.addCredit({ ...users.limit("ada"), amount: 50, paymentId: "p1" })
    await quota.addCredit({ ...users.limit("ada"), amount: 50, paymentId: "p1" })
    assert.strictEqual(denied(await open(151)).reason, "limit")
    granted(await open(150))
  })

  for (const amount of [0, -500, 1.5])
    it(`refuses ${amount} (P6, P13)`, async () => {
      const error = await world()
        .open(amount)
        .catch((error: unknown) => error)
      assert.instanceOf(error, InvalidInput)
    })
})

describe("premium_finalize", () => {
  it("vector: 1000 of 1000: used 1000, blocked", async () => {
    const { numbers, open } = world()
    await granted(await open(1_000)).finalize({ microusd: 1_000 })
    assert.deepEqual(await numbers(), [1_000, 0, 0, "blocked"])
  })

  it("vector: twice 200 on a hold of 300: used 200 (the original charges 400)", async () => {
    const { numbers, open } = world()
    const turn = granted(await open(300))
    await turn.finalize({ microusd: 200 })
    await turn.finalize({ microusd: 200 })
    assert.deepEqual((await numbers()).slice(0, 2), [200, 0])
  })

  it("charges above hold and limit, and shows the debt (P8)", async () => {
    const { open } = world()
    const { accounts } = await granted(await open(900)).finalize({ microusd: 1_300 })
    assert.deepInclude(accounts[0], { used: 1_300, debt: 300, status: "blocked" })
  })

  it("of a model without a price gives the hold back and charges 0", async () => {
    const { numbers, open } = world()
    await granted(await open(100)).finalize({ microusd: 0 })
    assert.deepEqual((await numbers()).slice(0, 2), [0, 0])
  })
})

describe("premium_release", () => {
  it("vector: of two holds of 300, one released twice: 300 are still held (the original: 0)", async () => {
    const { numbers, open } = world()
    const turn = granted(await open(300))
    granted(await open(300))
    await turn.release()
    await turn.release()
    assert.deepEqual((await numbers()).slice(0, 2), [0, 300])
  })

  it("vector: a denied 500 with 900 held, ended: 900 are still held (the original: 400)", async () => {
    const { numbers, open } = world()
    granted(await open(900))
    await denied(await open(500))[Symbol.asyncDispose]()
    assert.deepEqual((await numbers()).slice(0, 2), [0, 900])
  })

  it("frees what a dead process held (P2)", async () => {
    const { clock, numbers, quota, users } = world()
    granted(await users.open(quota, { user: "ada", estimate: { microusd: 900 }, renewForMs: 1 }))
    await clock.advance(70_000)
    assert.deepEqual((await numbers()).slice(0, 2), [0, 0])
  })
})

describe("premium_get_usage", () => {
  it("has nothing spendable where all is held (the original says allowed)", async () => {
    const { numbers, open } = world()
    granted(await open(1_000))
    assert.deepEqual(await numbers(), [0, 1_000, 0, "blocked"])
  })
})

describe("the options", () => {
  it("have the original's numbers", async () => {
    const users = registered()
    assert.deepEqual(users.limit("ada"), {
      account: "user:ada",
      unit: "microusd",
      limit: 5_000_000,
      warnAt: { basisPoints: 8_000 }
    })
    const held = (operation: string) => users.request({ user: "ada", operation }).estimate
    assert.deepEqual(
      ["image", "podcast", "videoPresentation"].map(held),
      [50_000, 200_000, 1_000_000].map((microusd) => ({ microusd }))
    )
  })

  for (const [field, run] of [
    ["creditMicros", () => registered({ creditMicros: -1 })],
    ["warnAt", () => registered({ warnAt: 1.1 })],
    ["operationMicros.image", () => registered({ operationMicros: { image: 0 } })],
    ["operation", () => registered().request({ user: "ada", operation: "toString" })],
    ["estimate", () => registered().request({ user: "ada" })],
    ["user", () => registered().limit("")],
    ["limit", () => registered({ limit: 5 } as object)]
  ] as const)
    it(`are refused by name: ${field}`, () => assert.strictEqual(fieldOf(run), field))
})
