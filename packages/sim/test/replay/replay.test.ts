import { memoryStore } from "@tallystick/adapter-memory"
import type { Command, Outcome } from "@tallystick/core/machine"
import { MisconfiguredError } from "@tallystick/core/store"
import type { QuotaStore } from "@tallystick/core/store"
import * as Effect from "effect/Effect"
import { assert, describe, it } from "vitest"

import { makeTrace } from "../../src/replay/made-trace.ts"
import { replay, type ReplayOptions } from "../../src/replay/replay.ts"
import type { ReplaySettings } from "../../src/replay/settings.ts"
import type { Trace } from "../../src/replay/trace.ts"
import { toJson } from "../../src/report/json.ts"

const traceOf = (...rows: ReadonlyArray<readonly [atMs: number, prompt: number, output: number]>): Trace => ({
  name: "small",
  rows: rows.map(([atMs, promptTokens, outputTokens]) => ({ atMs: 1_000_000 + atMs, promptTokens, outputTokens })),
  skipped: []
})

/** One user; a USD for a million tokens, so that a call of n tokens costs n micro-USD (or the floor, 100). */
const settings: ReplaySettings = {
  users: 1,
  tokensPerHour: 10_000,
  creditMicrousd: 1_000_000,
  streams: 10,
  outputCap: 500,
  price: { inputPerMillion: 1_000_000, outputPerMillion: 1_000_000 },
  ttlMs: 10_000,
  renewForMs: 10_000
}

const run = (trace: Trace, options: Partial<ReplayOptions> = {}) =>
  replay({ trace, store: memoryStore(), storeName: "memory", seed: 1, settings, ...options })

const checksOf = ({ report }: Awaited<ReturnType<typeof run>>) =>
  Object.fromEntries(report.invariants.map(({ id, checks }) => [id, checks]))

describe("a replay of a few rows, by hand", () => {
  it("grants what fits, holds prompt and cap, and debits what was used", async () => {
    // 1,000 + 100 and, while it lasts (0.2 + 0.2 + 5 s), 2,000 + 600, which is 100 above its hold.
    const { report, broken, isPartial } = await run(traceOf([0, 1_000, 100], [1_000, 2_000, 600]))
    assert.isNull(broken)
    assert.isFalse(isPartial)
    const { invariants, ...numbers } = report
    assert.deepStrictEqual(numbers, {
      command: "replay",
      ok: true,
      store: "memory",
      requests: 2,
      granted: 2,
      denied: 0,
      late: 1, // 600 tokens take 30.6 s; the last beat is at 6.7 s
      accounts: 3,
      used: { tokens: 3_700, microusd: 3_700, streams: 0 },
      overage: { tokens: 100, microusd: 100, streams: 0 },
      peakReserved: { tokens: 4_000, microusd: 4_000, streams: 2 }
    })
    for (const { id, checks, violations } of invariants) {
      assert.strictEqual(violations, 0)
      if (id !== "I11") assert.isAbove(checks, 0, id)
    }
  })

  it("denies what does not fit, and the user comes again with the next row, and then as all others", async () => {
    // Of 10,000: 8,000 + 500 held; 2,000 + 500 does not fit, 1,000 + 500 does; at the end 8,100 + 1,100 are used.
    const rows = traceOf([0, 8_000, 100], [1_000, 2_000, 100], [2_000, 1_000, 100])
    const { report } = await run(rows)
    assert.deepStrictEqual(
      [report.requests, report.granted, report.denied, report.used["tokens"], report.peakReserved["tokens"]],
      [3, 2, 1, 9_200, 10_000]
    )
  })

  it("takes a denied user with the next row, once", async () => {
    const sent: Array<string> = []
    const store = seeing((command) => {
      if (command.kind === "reserve" && command.id.startsWith("row-")) sent.push(command.legs[0]?.account ?? "")
    })
    const none = { ...settings, users: 1_000_000, tokensPerHour: 1 }
    await run(traceOf(...Array.from({ length: 8 }, (_, i) => [i * 1_000, 100, 100] as const)), {
      store,
      settings: none
    })
    assert.strictEqual(sent.length, 8)
    for (let i = 0; i < 8; i += 2) {
      assert.strictEqual(sent[i], sent[i + 1])
      assert.notStrictEqual(sent[i + 1], sent[i + 2])
    }
  })

  it("starts anew with the next hour, and says so", async () => {
    // From 1,000 s after the epoch to the next hour there are 2,600 s.
    const rows = traceOf([0, 9_000, 100], [100_000, 9_000, 100], [2_600_000, 9_000, 100])
    const replayed = await run(rows)
    assert.deepStrictEqual([replayed.report.granted, replayed.report.denied], [2, 1])
    assert.strictEqual(checksOf(replayed)["I11"], 1)
  })
})

describe("a replay", () => {
  it("gives the same bytes for the same seed, and others for another", async () => {
    const trace = makeTrace(200, 1)
    const json = async (seed: number) => toJson((await run(trace, { seed, settings: { users: 50 } })).report)
    assert.strictEqual(await json(1), await json(1))
    assert.notStrictEqual(await json(1), await json(2))
  })

  it("holds on a made trace, with every invariant asked", async () => {
    const replayed = await run(makeTrace(3_000, 3), { settings: { users: 200 } })
    assert.isNull(replayed.broken)
    for (const [id, checks] of Object.entries(checksOf(replayed))) assert.isAbove(checks, 0, id)
    const { denied, late, overage } = replayed.report
    assert.isTrue(denied > 0 && late > 0 && (overage["tokens"] ?? 0) > 0)
  }, 30_000)

  it("stops when it is told to, with what it has", async () => {
    const stop = new AbortController()
    const { report, isPartial } = await run(makeTrace(500, 1), {
      signal: stop.signal,
      onProgress: ({ requests }) => {
        if (requests === 100) stop.abort()
      }
    })
    assert.isTrue(isPartial)
    assert.strictEqual(report.requests, 100)
  })

  it("works over a store that answers in other turns of the event loop", async () => {
    const inner = memoryStore()
    const slow: QuotaStore = {
      ...inner,
      execute: (commands) => realTime(inner.execute(commands))
    }
    const { report, broken } = await run(makeTrace(50, 1), { store: slow })
    assert.isNull(broken)
    assert.strictEqual(report.requests, 50)
  })
})

/** Waits for a real turn of the event loop before and after. */
const realTime = <A, E>(effect: Effect.Effect<A, E>): Effect.Effect<A, E> => {
  const aTurn = Effect.promise(() => new Promise<void>((resolve) => setImmediate(resolve)))
  return Effect.andThen(
    aTurn,
    Effect.tap(effect, () => aTurn)
  )
}

const seeing = (see: (command: Command) => void): QuotaStore => {
  const inner = memoryStore()
  return {
    ...inner,
    execute: (commands) => {
      for (const command of commands) see(command)
      return inner.execute(commands)
    }
  }
}

/** A store that asks or answers wrongly. */
const wrong = (
  ask: (command: Command) => Command,
  answer: (outcome: Outcome, command: Command) => Outcome = (outcome) => outcome
): QuotaStore => {
  const inner = memoryStore()
  return {
    ...inner,
    execute: (commands) =>
      Effect.map(inner.execute(commands.map(ask)), (outcomes) =>
        outcomes.map((outcome, i) => answer(outcome, commands[i]!))
      )
  }
}

const same = (command: Command): Command => command

const withAccounts = (outcome: Outcome, change: (account: Outcome["accounts"][number]) => object): Outcome => ({
  ...outcome,
  accounts: outcome.accounts.map((account) => ({ ...account, ...change(account) }))
})

// But I4: the front ends a turn once, so no answer of a store can make it end again.
describe("every invariant of a replay is seen to break", () => {
  const rows = traceOf([0, 8_000, 100], [1_000, 2_000, 100], [2_000, 1_000, 100], [2_600_000, 1_000, 100])
  const stores: ReadonlyArray<readonly [id: string, what: string, store: () => QuotaStore]> = [
    ["I1", "the limit is not kept", () => wrong(above)],
    ["I1", "what fits is denied", () => wrong(below)],
    [
      "I2",
      "what is held is told wrong",
      () => wrong(same, (one) => withAccounts(one, (a) => ({ reserved: a.reserved + 1 })))
    ],
    [
      "I2",
      "a hold is not listed",
      () => ({ ...memoryStore(), holds: () => Effect.succeed({ items: [], next: null }) })
    ],
    [
      "I3",
      "an ending debits one too many",
      () =>
        wrong(
          (one) => oneMore(one),
          (one) => legs(one, -1)
        )
    ],
    ["I5", "a denial holds something", () => wrong(same, heldThough)],
    ["I7", "a number has a fraction", () => wrong(same, (one) => withAccounts(one, () => ({ debt: 0.5 })))],
    ["I11", "a window rolls twice", () => wrong(same, (one) => withAccounts(one, (a) => ({ period: a.period * 2 })))],
    ["I12", "an ending says it debits what it does not", () => wrong(same, (one) => legs(one, 1))]
  ]
  for (const [id, what, store] of stores) {
    it(`${id}: ${what}`, async () => {
      const { report, broken } = await run(rows, { store: store() })
      assert.isFalse(report.ok)
      assert.isNotNull(broken)
      const count = report.invariants.find((one) => one.id === id)
      assert.isAbove(count?.violations ?? 0, 0, JSON.stringify(report.invariants.filter((one) => one.violations > 0)))
    })
  }

  it("I8: something is still held at the end", async () => {
    const inner = memoryStore()
    const store: QuotaStore = {
      ...inner,
      usage: (accounts) => Effect.map(inner.usage(accounts), (all) => all.map((one) => ({ ...one, reserved: 1 })))
    }
    const { broken } = await run(rows, { store })
    assert.deepStrictEqual(
      [broken?.invariant, broken?.because],
      ["I8", "all calls have ended, and user:0 still holds 1"]
    )
  })
})

const above = (command: Command): Command =>
  command.kind === "reserve"
    ? { ...command, legs: command.legs.map((leg) => ({ ...leg, limit: (leg.limit ?? 0) + 5_000 })) }
    : command

const below = (command: Command): Command =>
  command.kind === "reserve"
    ? { ...command, legs: command.legs.map((leg) => ({ ...leg, limit: Math.ceil((leg.limit ?? 0) / 2) })) }
    : command

const oneMore = (command: Command): Command =>
  command.kind === "finalize"
    ? {
        ...command,
        legs: command.legs.map((leg) => (leg.actual === undefined ? leg : { ...leg, actual: leg.actual + 1 }))
      }
    : command

const legs = (outcome: Outcome, by: number): Outcome =>
  outcome._tag === "Finalized"
    ? { ...outcome, legs: outcome.legs.map((leg) => ({ ...leg, debited: leg.debited > 0 ? leg.debited + by : 0 })) }
    : outcome

const heldThough = (outcome: Outcome): Outcome =>
  outcome._tag === "Denied"
    ? { ...outcome, legs: outcome.legs.map((leg) => ({ ...leg, state: "held", held: 1 })) }
    : outcome

describe("a store that fails", () => {
  it("stops the replay with its own error", async () => {
    const store: QuotaStore = { ...memoryStore(), execute: () => Effect.fail(new MisconfiguredError("a replica")) }
    const error = await run(makeTrace(5, 1), { store }).catch((failure: unknown) => failure)
    assert.instanceOf(error, MisconfiguredError)
  })
})
