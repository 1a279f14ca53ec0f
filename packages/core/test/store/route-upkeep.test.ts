/** What route does beside calls: its options, what it says of itself, sweep and close. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"

import { memoryStore } from "../../../adapter-memory/src/index.ts"
import { createQuota, defineStore, InvalidInput, NotAppliedError } from "../../src/index.ts"
import { type Capabilities, route } from "../../src/store/index.ts"
import { spy } from "./spy.ts"

describe("route refuses", () => {
  const store = memoryStore()
  const range = "an id, the beginning of ids and one * at its end, or a function"
  const cases: ReadonlyArray<readonly [name: string, options: unknown, message: string]> = [
    ["nothing", undefined, "options must be { routes, otherwise }, was missing"],
    ["no routes", { otherwise: store }, "routes must be an array of 0 to 100, was missing"],
    ["no route", { routes: [1], otherwise: store }, "routes[0] must be { accounts, store }, was 1"],
    ["no pattern", { routes: [{ store }], otherwise: store }, `routes[0].accounts must be ${range}, was missing`],
    ...["", "a*b", "*a", "a**"].map(
      (accounts) =>
        [
          `the pattern ${JSON.stringify(accounts)}`,
          {
            routes: [
              { accounts: "*", store },
              { accounts, store }
            ],
            otherwise: store
          },
          `routes[1].accounts must be ${range}, was ${JSON.stringify(accounts)}`
        ] as const
    ),
    [
      "no store",
      { routes: [{ accounts: "*" }], otherwise: store },
      "routes[0].store must be what memoryStore, redisStore, postgresStore or defineStore gives, was missing"
    ],
    [
      "half a store",
      { routes: [], otherwise: { ...store, close: undefined } },
      "otherwise.close must be an effect: what memoryStore, redisStore, postgresStore or defineStore gives, was missing"
    ]
  ]
  for (const [name, options, message] of cases)
    it(name, () => assert.throws(() => route(options as Parameters<typeof route>[0]), InvalidInput, message))
})

describe("route can do what all its stores can", () => {
  const strong: Capabilities = {
    atomicOver: "database",
    durable: true,
    clock: "store",
    ledger: true,
    settledRetentionMs: 3_600_000
  }
  const cases: ReadonlyArray<readonly [Partial<Capabilities>, Partial<Capabilities>, Partial<Capabilities>]> = [
    [{}, {}, {}],
    [{ atomicOver: "partition" }, {}, { atomicOver: "partition" }],
    [{ atomicOver: "partition" }, { atomicOver: "process" }, { atomicOver: "process" }],
    [{}, { durable: false }, { durable: false }],
    [{ clock: "caller" }, {}, { clock: "caller" }],
    [{}, { ledger: false }, { ledger: false }],
    [{}, { withinTransaction: true }, { withinTransaction: true }],
    [{ settledRetentionMs: 60_000 }, {}, { settledRetentionMs: 60_000 }],
    [{ settledRetentionMs: undefined }, { settledRetentionMs: 7_200_000 }, {}]
  ]
  for (const [first, second, all] of cases)
    it(`${JSON.stringify(first)} and ${JSON.stringify(second)}`, () => {
      const routes = [{ accounts: "a*", store: spy({ ...strong, ...first }) }]
      const { capabilities } = route({ routes, otherwise: spy({ ...strong, ...second }) })
      assert.deepStrictEqual(capabilities, { ...strong, ...all })
    })
})

const three = () => {
  const stores = [spy(), spy(), spy()] as const
  const [first, second, third] = stores
  const routes = [
    { accounts: "a*", store: first },
    { accounts: "b*", store: second },
    { accounts: "c*", store: first }
  ]
  return { store: route({ routes, otherwise: third }), first, second, third, stores }
}

describe("sweep", () => {
  const cases: ReadonlyArray<
    readonly [
      toSweep: readonly [number, number, number],
      limit: number,
      limits: ReadonlyArray<ReadonlyArray<number>>,
      swept: number,
      more: boolean
    ]
  > = [
    // Who has nothing to sweep leaves its part to the next.
    [[0, 0, 0], 9, [[3], [5], [9]], 0, false],
    [[1, 1, 5], 9, [[3], [4], [7]], 7, false],
    [[9, 9, 9], 9, [[3], [3], [3]], 9, true],
    [[9, 0, 0], 9, [[3], [3], [6]], 3, true],
    // Fewer than stores: one gets none, and there may be more.
    [[1, 1, 0], 2, [[1], [1], []], 2, true],
    [[0, 0, 1], 1, [[1], [1], [1]], 1, false]
  ]
  for (const [toSweep, limit, limits, swept, more] of cases)
    it.effect(`of ${toSweep.join(", ")} rows up to ${limit}`, () =>
      Effect.gen(function* () {
        const { store, stores } = three()
        for (const [index, spy] of stores.entries()) spy.toSweep = toSweep[index]!
        assert.deepStrictEqual(yield* store.sweep(limit), { entries: swept, accounts: 0, more })
        assert.deepStrictEqual(
          stores.map((spy) => spy.swept),
          limits
        )
      })
    )

  it.effect("of the others goes on when one fails", () =>
    Effect.gen(function* () {
      const { first, second, store, third } = three()
      first.instead = Effect.fail(new NotAppliedError("full"))
      const error = yield* Effect.flip(store.sweep(9))
      assert.strictEqual(
        error._tag === "OutcomeUnknown" && error.reason,
        `1 of 3 stores failed: "a*" and "c*": NotApplied, full`
      )
      // What the first did is not known: its part counts as used.
      assert.deepStrictEqual([second.swept, third.swept], [[3], [6]])
    })
  )
})

describe("close", () => {
  it.effect("closes each store once, also one with two routes", () =>
    Effect.gen(function* () {
      const { store, stores } = three()
      yield* store.close
      assert.deepStrictEqual(
        stores.map(({ closed }) => closed),
        [1, 1, 1]
      )
    })
  )

  it.effect("closes the others when one dies, and tells", () =>
    Effect.gen(function* () {
      const { first, store, stores } = three()
      first.instead = Effect.die("also its close dies")
      assert.isTrue(Exit.isFailure(yield* Effect.exit(store.close)))
      assert.deepStrictEqual(
        stores.map(({ closed }) => closed),
        [1, 1, 1]
      )
    })
  )
})

describe("a quota over a route", () => {
  it("guards in both stores, one of them without Effect; a reservation over two is refused by name", async () => {
    const anonymous = memoryStore()
    const memory = memoryStore()
    const registered = defineStore({
      capabilities: memory.capabilities,
      execute: async (commands) => Effect.runPromise(memory.execute(commands)),
      usage: async (accounts) => Effect.runPromise(memory.usage(accounts))
    })
    const quota = createQuota({
      store: route({ routes: [{ accounts: "anon*", store: anonymous }], otherwise: registered })
    })
    const ada = { account: "user:ada", unit: "tokens", limit: 100 }
    const guest = { account: "anon:1", unit: "tokens", limit: 100 }
    for (const [index, limit] of [ada, guest].entries())
      await quota.guard({ limits: [limit], estimate: { tokens: 10 } }, async (call) => call.used({ tokens: index + 1 }))
    assert.deepStrictEqual(
      (await quota.usage([guest, ada])).map(({ reserved, used }) => [used, reserved]),
      [
        [2, 0],
        [1, 0]
      ]
    )
    assert.deepStrictEqual([anonymous.stats().accounts, memory.stats().accounts], [1, 1])
    const error = await quota.open({ limits: [ada, guest], estimate: { tokens: 1 } }).then(
      () => undefined,
      (error: unknown) => error
    )
    assert.instanceOf(error, InvalidInput)
    // As the quota's caller named it.
    assert.strictEqual(error.field, "limits[1].account")
    await quota.close()
  })
})
