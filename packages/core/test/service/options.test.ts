import { assert, describe, it } from "vitest"

import { createQuota, InvalidInput } from "../../src/index.ts"
import { memoryStore } from "../../../adapter-memory/src/index.ts"
import { rejection } from "./rejection.ts"
import { daily, makeWorld } from "./world.ts"

describe("createQuota refuses", () => {
  const cases: ReadonlyArray<readonly [object, string]> = [
    [{ store: undefined }, "store"],
    [{ store: {} }, "store.execute"],
    [{ store: { ...memoryStore(), close: undefined } }, "store.close"],
    [{ ttlMs: 999 }, "ttlMs"],
    [{ ttlMs: 86_400_001 }, "ttlMs"],
    [{ callTimeoutMs: 0 }, "callTimeoutMs"],
    [{ callTimeoutMs: 60_001 }, "callTimeoutMs"],
    [{ enforce: "yes" }, "enforce"],
    [{ overage: "all" }, "overage"],
    [{ whenUnknown: "charge" }, "whenUnknown"],
    [{ settleWithinMs: -1 }, "settleWithinMs"],
    [{ renewForMs: 1.5 }, "renewForMs"],
    [{ layer: {} }, "layer"],
    [{ enforced: true }, "enforced"]
  ]
  for (const [options, field] of cases) {
    it(`${JSON.stringify(options)}, naming ${field}`, () => {
      let error: unknown
      try {
        createQuota({ store: memoryStore(), ...options })
      } catch (thrown) {
        error = thrown
      }
      assert.instanceOf(error, InvalidInput)
      assert.strictEqual(error.field, field)
    })
  }
})

describe("open refuses before anything is sent", () => {
  const cases: ReadonlyArray<readonly [object, string]> = [
    [{ limits: [] }, "limits"],
    [{ limits: undefined }, "limits"],
    [{ limits: Array.from({ length: 17 }, (_, index) => ({ ...daily, account: `a${index}` })) }, "limits"],
    [{ limits: [daily, daily] }, "limits[1].account"],
    [{ limits: [{ ...daily, account: "" }] }, "limits[0].account"],
    [{ limits: [{ ...daily, account: "a".repeat(257) }] }, "limits[0].account"],
    [{ limits: [{ ...daily, limit: 1.5 }] }, "limits[0].limit"],
    [{ limits: [{ ...daily, limit: -1 }] }, "limits[0].limit"],
    [{ limits: [{ ...daily, limt: 5 }] }, "limits[0].limt"],
    [{ limits: [{ ...daily, settle: "some" }] }, "limits[0].settle"],
    [{ limits: [{ ...daily, warnAt: 5 }] }, "limits[0].warnAt"],
    [{ limits: [{ ...daily, window: "hour" }] }, "limits[0].window"],
    [{ limits: [{ ...daily, window: { calendar: "day", timeZone: "Mars/Base" } }] }, "limits[0].window.timeZone"],
    [{ limits: [{ ...daily, window: { calendar: "hour" } }] }, "limits[0].window.calendar"],
    [{ limits: [{ ...daily, window: { fixedMs: 5 } }] }, "limits[0].window.fixedMs"],
    [{ limits: [{ ...daily, window: { idleMs: "1" } }] }, "limits[0].window.idleMs"],
    [{ limits: [{ ...daily, window: { fixedMs: 5_000, idleMs: 5_000 } }] }, "limits[0].window.idleMs"],
    [{ estimate: {} }, "estimate.tokens"],
    [{ estimate: undefined }, "estimate.tokens"],
    [{ estimate: { tokens: 0 } }, "estimate.tokens"],
    [{ estimate: { tokens: "4000" } }, "estimate.tokens"],
    [{ estimate: { tokens: 2 ** 53 } }, "estimate.tokens"],
    [{ estimate: [] }, "estimate"],
    [{ requestId: "" }, "requestId"],
    [{ requestId: "r".repeat(241) }, "requestId"],
    [{ ttlMs: 10 }, "ttlMs"],
    [{ signal: 5 }, "signal"],
    [{ request: "r" }, "request"]
  ]
  for (const [options, field] of cases) {
    it(`${JSON.stringify(options).slice(0, 80)}, naming ${field}`, async () => {
      const world = makeWorld()
      const error = await rejection(world.quota.open({ limits: [daily], estimate: { tokens: 5 }, ...options }))
      assert.deepInclude(error as object, { _tag: "InvalidInput", field })
      assert.deepEqual(world.store.sent, [])
    })
  }

  it("and a usage report of a unit that nobody asked about: what is misspelt would be free", async () => {
    const world = makeWorld()
    const turn = await world.quota.open({ limits: [daily], estimate: { tokens: 5, microusd: 7 } })
    if (!turn.granted) throw new Error(turn.message)
    assert.throws(() => turn.used({ token: 5 }), InvalidInput)
    assert.throws(() => turn.used({ tokens: -1 }), InvalidInput)
    assert.throws(() => turn.used({ tokens: Number.NaN }), InvalidInput)
    turn.used({ tokens: 2, microusd: 3 })
    assert.throws(() => turn.used({ tokens: Number.MAX_SAFE_INTEGER, microusd: 1 }), InvalidInput)
    assert.deepEqual(turn.measured(), { tokens: 2, microusd: 3 })
    assert.deepInclude((await rejection(turn.finalize({ token: 5 }))) as object, { field: "actuals.token" })
    assert.strictEqual((await turn.finalize()).settled[0]!.debited, 2)
  })
})

describe("windows", () => {
  const windows = [
    "day",
    "week",
    "month",
    { calendar: "day", timeZone: "Europe/Berlin" },
    { fixedMs: 60_000 },
    { idleMs: 60_000 }
  ] as const
  it("of all kinds are accounts of their own", async () => {
    const world = makeWorld()
    const limits = windows.map((window) => ({ ...daily, window }))
    assert.isTrue((await world.quota.open({ limits, estimate: { tokens: 5 } })).granted)
    const usage = await world.quota.usage(limits)
    assert.deepEqual(
      usage.map(({ reserved }) => reserved),
      windows.map(() => 5)
    )
    assert.deepEqual(usage[0]!.window, { kind: "calendar", every: "day", timeZone: "UTC" })
    assert.strictEqual(usage[3]!.resetsInMs, 11 * 3_600_000)
  })

  it("of the calendar start anew where they should, also in a long-lived process", async () => {
    const world = makeWorld()
    for (let day = 0; day < 4; day++) {
      await world.quota.guard({ limits: [daily], estimate: { tokens: 5 } }, (call) => call.used({ tokens: 5 }))
      assert.deepEqual(await world.numbers(), [5, 0])
      await world.clock.advance(86_400_000)
    }
  })
})

describe("units", () => {
  it("requests and streams count one unless told otherwise", async () => {
    const world = makeWorld()
    const requests = { account: "a", unit: "requests", limit: 10 }
    const streams = { account: "b", unit: "streams", limit: 10 }
    await world.quota.guard({ limits: [requests, streams] }, async () => {
      assert.deepEqual(
        [await world.numbers(requests), await world.numbers(streams)],
        [
          [0, 1],
          [0, 1]
        ]
      )
    })
    assert.deepEqual(
      [await world.numbers(requests), await world.numbers(streams)],
      [
        [1, 0],
        [0, 0]
      ]
    )
    await world.quota.guard({ limits: [requests], estimate: { requests: 3 } }, () => undefined)
    assert.deepEqual(await world.numbers(requests), [4, 0])
    assert.deepEqual(world.seen.unmeasured, [])
  })

  it("named like what every object has are units like others", async () => {
    const world = makeWorld()
    const limit = { account: "a", unit: "constructor", limit: 10 }
    const error = await rejection(world.quota.open({ limits: [limit] }))
    assert.deepInclude(error as object, { field: "estimate.constructor" })
  })
})
